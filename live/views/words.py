"""The school's list of words that hold a message back, kept by the office."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries import organisations_led_by
from courses.queries import LEADS_CLASSES
from live import moderation
from live.errors import WordRefused
from live.models import HeldWord


def _led(request):
    return organisations_led_by(request.user, *LEADS_CLASSES)


@login_required
@never_cache
@require_GET
def start(request):
    """To the list of the topmost organisation that this office leads."""
    top = _led(request).order_by("depth", "path").first()
    if top is None:
        raise Http404
    return redirect("live:words_of", top.pk)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def words_of(request, pk):
    """The words of one organisation; POST adds some, one a line."""
    organisation = get_object_or_404(_led(request), pk=pk)
    context = {"organisation": organisation}
    if request.method == "POST":
        typed = request.POST.get("words", "")[:50_000]
        is_fine = request.POST.get("fine") == "1"
        try:
            count = moderation.add_words(
                organisation=organisation, text=typed, is_fine=is_fine, by=request.user
            )
        except WordRefused as refusal:
            context |= {"typed": typed, "fine": is_fine, "refusal": str(refusal)}
        else:
            said = ngettext("加了 %(count)s 个词。", "加了 %(count)s 个词。", count)
            messages.success(request, said % {"count": count})
            return redirect("live:words_of", pk)
    words = list(moderation.list_of(organisation))
    context |= {
        "held": [word for word in words if not word.is_fine],
        "fine_words": [word for word in words if word.is_fine],
        "organisations": _led(request).order_by("path")[:200],
    }
    return render(request, "live/words.html", context, status=422 if "refusal" in context else 200)


@login_required
@require_POST
def remove(request, pk):
    word = get_object_or_404(HeldWord.objects.filter(organisation__in=_led(request)), pk=pk)
    moderation.remove_word(word=word, by=request.user)
    messages.success(request, _("“%(word)s”去掉了。") % {"word": word.word})
    return redirect("live:words_of", word.organisation_id)
