"""The periods that a form above is filled in for: a month, a quarter or a year."""

from datetime import date

from django.http import Http404
from django.utils import timezone

from branches import periods
from branches.models import StatementForm
from branches.periods import Period
from branches.quarters import Quarter
from common.typed import is_near

Every = StatementForm.Every


def period_of(form: StatementForm, code: str) -> Period:
    """The period of `code` if it is of the kind the form asks for and has begun. Raises Http404
    else."""
    period = periods.parse(code)
    kinds = {Every.MONTH: periods.Month, Every.QUARTER: Quarter, Every.YEAR: periods.Year}
    if not isinstance(period, kinds[form.every]) or not is_near(period.starts_on):
        raise Http404
    if period.starts_on > timezone.localdate():
        raise Http404
    return period


def last_period(form: StatementForm, *, on: date) -> Period:
    """The period that is over last."""
    if form.every == Every.YEAR:
        return periods.Year(on.year - 1)
    if form.every == Every.QUARTER:
        return Quarter.of(on).previous
    years, month = (on.year, on.month - 1) if on.month > 1 else (on.year - 1, 12)
    return periods.Month(years, month)


def last_periods(form: StatementForm, *, on: date, count: int = 5) -> list[Period]:
    """The periods that are over, the last first."""
    found = [last_period(form, on=on)]
    while len(found) < count:
        found.append(last_period(form, on=found[-1].starts_on))
    return found
