"""What is recorded, what room it takes, and the rules by which it opens and stays."""

import shutil

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import organisations_led_by
from common.errors import DomainError
from courses import queries as courses
from courses.models import ClassGroup
from live import keeping, library
from live.forms import RuleForm


@login_required
@require_GET
def recordings(request):
    return _page(request)


@login_required
@require_GET
def of_class(request, pk):
    group = ClassGroup.objects.select_related("organisation", "term").filter(pk=pk).first()
    if group is None:
        raise Http404
    context = {
        "group": group,
        "replays": library.replays_in(user=request.user, class_group=group),
        "rule": library.rule_for(group, timezone.localdate()),
    }
    return render(request, "live/class_recordings.html", context)


@login_required
@require_POST
def set_rule(request):
    places = _places(request.user)
    form = RuleForm(request.POST, places=[(key, name) for key, (name, _what) in places.items()])
    if not places:
        raise Http404
    if form.is_valid():
        facts = form.cleaned_data
        _name, what = places[facts.pop("place")]
        try:
            keeping.set_rule(**what, **facts, by=request.user)
        except DomainError as error:
            form.add_error("valid_from", str(error))
        else:
            messages.success(request, _("定好了。"))
            return redirect("live:recordings")
    return _page(request, rule_form=form)


def _page(request, *, rule_form=None):
    """Everybody who teaches or plans has a shelf, though nothing may stand on it yet."""
    groups = library.classes_recorded(request.user)
    places = _places(request.user)
    if not (places or groups or library.teaches(request.user)):
        raise Http404
    context = {
        "groups": groups,
        "room": sum(group.room for group in groups),
        "count": sum(group.count for group in groups),
        "leaving": library.leaving_soon(request.user),
    }
    if places:
        names = [(key, name) for key, (name, _what) in places.items()]
        context |= {
            "free": shutil.disk_usage(settings.RECORDINGS_ROOT).free,
            "rules": library.rules_set_by(request.user)[:20],
            "rule_form": rule_form
            or RuleForm(places=names, initial={"valid_from": timezone.localdate()}),
        }
    status = 422 if rule_form else 200
    return render(request, "live/recordings.html", context, status=status)


def _places(user):
    """What the visitor may set a rule for: {key: (name, what keeping.set_rule takes)}."""
    places = {
        f"o{one.pk}": (one.name, {"organisation": one})
        for one in organisations_led_by(user, *courses.LEADS_CLASSES)
    }
    if places:
        for group in courses.classes_led_by(user).order_by("-term__starts_on", "name"):
            name = _("%(group)s（%(term)s）") % {"group": group.name, "term": group.term.name}
            places[f"c{group.pk}"] = (name, {"class_group": group})
    return places
