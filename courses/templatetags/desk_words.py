"""What the registrar's desk says of people and calls."""

from datetime import date, datetime

from django import template

from accounts.models import Person
from courses.desk import calling
from courses.models import CallAttempt, Offer

register = template.Library()


@register.filter
def age(person: Person, today: date) -> int:
    """Full years on `today`."""
    return person.age_on(today)


@register.filter
def last_call(offer: Offer) -> CallAttempt | None:
    """The latest of the calls that were fetched with the offer."""
    return max(offer.calls.all(), key=lambda call: (call.called_at, call.pk), default=None)


@register.filter
def is_taken(offer: Offer, now: datetime) -> bool:
    """Whether somebody is on the telephone about the offer."""
    return calling.is_taken(offer, now)
