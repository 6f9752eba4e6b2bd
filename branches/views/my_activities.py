"""A member's own: what they are asked to, what they were at, what is to be made up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import answer_links, citations, queries, talents
from branches.activities import inviting, making_up
from branches.activity_forms import AnswerForm
from branches.models import BranchActivity, Participation
from branches.views.learning import who_are_you
from common import masks
from common.errors import DomainError


@login_required
@require_GET
def my_activities(request):
    if not request.person:
        return who_are_you(request)
    return _page(request)


def _page(request, wrong=None, status=200):
    now = timezone.now()
    past = list(queries.my_past_activities(request.person, year=timezone.localdate(now).year))
    volunteered = [
        row.activity.minutes
        for row in past
        if row.activity.kind == BranchActivity.Kind.VOLUNTEERING
    ]
    context = {
        "asked": queries.my_activities(request.person, now=now),
        "make_ups": queries.my_make_ups(request.person),
        "past": past,
        "volunteered": sum(volunteered),
        "cites": bool(citations.switches_of(request.person) & {"stars", "points"}),
        "teaches": talents.may_write(request.person),
        "now": now,
        "wrong": wrong,
    }
    return render(request, "branches/activities/my.html", context, status=status)


@login_required
@require_POST
def answer(request, pk):
    """来 or 来不了; may be said anew until it begins."""
    if not request.person:
        return who_are_you(request)
    row = queries.asked_to(request.person, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, {"pk": pk, "words": _("请按“来”或者“来不了”。")}, status=422)
    try:
        row = inviting.answer(row=row, **form.cleaned_data)
    except DomainError as error:
        return _page(request, {"pk": pk, "words": str(error)}, status=422)
    if row.answer == Participation.Answer.COMES:
        messages.success(request, _("好的，书记知道您来。"))
    else:
        messages.success(request, _("好的，书记知道您来不了。"))
    return redirect("branches:my_activities")


# The address itself is the key, which no other site knows; and the page may have lain open
# while somebody logged in beside it.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def answer_link(request, token):
    """The same for whoever has the SMS: this one answer and nothing else."""
    row = answer_links.read(token)
    words = ""
    if request.method == "POST":
        form = AnswerForm(request.POST)
        if form.is_valid():
            try:
                inviting.answer(row=row, **form.cleaned_data)
            except DomainError as error:
                words = str(error)
            else:
                return redirect("branches:answer_link", token)
        else:
            words = _("请按“来”或者“来不了”。")
    context = {
        "row": row,
        "activity": row.activity,
        "name": masks.name(row.person.name),
        "now": timezone.now(),
        "words": words,
    }
    status = 422 if words else 200
    return render(request, "branches/activities/link.html", context, status=status)


@login_required
@require_POST
def made_up(request, pk):
    """The member says that they have made up; the secretary writes how long it took."""
    if not request.person:
        return who_are_you(request)
    absence = queries.my_make_up(request.person, pk)
    try:
        making_up.say_done(absence=absence)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("好的，书记看到会记上学时。"))
    return redirect("branches:my_activities")
