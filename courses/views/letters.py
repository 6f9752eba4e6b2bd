"""Letters of the school to a person, and how they are reminded of classes."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import queries as accounts
from courses.forms.letters import ReminderForm
from courses.letters import keeping, reminders
from courses.views.with_file import with_file

PAGE_LENGTH = 20


@require_GET
@with_file
def letters(request):
    """The letters, the newest first; what was shown is not new the next time.

    A browser that only fetches ahead has shown nothing.
    """
    paginator = Paginator(keeping.letters_of(request.person), PAGE_LENGTH)
    page = paginator.get_page(request.GET.get("page"))
    # Read before they are marked: this once they are shown as new.
    shown = list(page.object_list)
    new = [letter.pk for letter in shown if letter.read_at is None]
    if new and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        keeping.mark_read(person=request.person, pks=new, now=timezone.now())
    context = {"page": page, "letters": shown}
    return render(request, "courses/letters/letters.html", context)


@require_http_methods(["GET", "POST"])
@with_file
def reminder(request):
    """How to be reminded the evening before a class."""
    chosen = reminders.choice_of(request.person)
    form = ReminderForm(request.POST or None, initial={"by": chosen})
    if request.method == "POST" and form.is_valid():
        reminders.choose(person=request.person, by=form.cleaned_data["by"])
        messages.success(request, _("记下了。从下一次上课起，就这样提醒。"))
        return redirect("courses:letters")
    context = {"form": form, "phones": accounts.phones_of(request.person)}
    status = 422 if form.errors else 200
    return render(request, "courses/letters/reminder.html", context, status=status)
