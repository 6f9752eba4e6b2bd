"""A learner's own study."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from branches import membership, queries
from branches.learning import evidence_of, learning_of, year_of
from common.typed import number_of

# One's own


@login_required
@require_GET
def my_learning(request):
    if not request.person:
        return who_are_you(request)
    now = timezone.now()
    this_year = year_of(now)
    first = queries.first_year_of(request.person) or this_year
    asked = number_of(request.GET.get("year", "")) or this_year
    year = asked if first <= asked <= this_year else this_year
    today = timezone.localdate(now)
    aim = None
    if year == this_year and membership.is_home_member(request.person, on=today):
        aim = membership.years_of([request.person], on=today)[request.person.pk]
    context = {
        "aim": aim if aim and aim.target else None,
        "learning": learning_of(request.person, year=year, now=now),
        "other_years": [other for other in range(this_year, first - 1, -1) if other != year],
    }
    return render(request, "branches/my_learning.html", context)


@login_required
@require_GET
def my_entry(request, pk):
    if not request.person:
        return who_are_you(request)
    entry = queries.entry_of(request.person, pk)
    return render(request, "branches/my_entry.html", {"evidence": evidence_of(entry)})


def who_are_you(request):
    query = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('accounts:welcome')}?{query}")
