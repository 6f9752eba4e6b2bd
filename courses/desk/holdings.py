"""What somebody has in the terms that are not over: what the counter page lists."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Person, User
from courses import queries
from courses.desk import doors
from courses.models import Application, Enrolment, Offer, WaitingEntry


@dataclass(frozen=True)
class Holdings:
    """Seats, numbers, open offers and wishes; only of classes that the asking user plans."""

    seats: list[Enrolment]
    waiting: list[WaitingEntry]
    offers: list[Offer]
    applications: list[Application]

    def __bool__(self):
        return bool(self.seats or self.waiting or self.applications)


def of(person: Person, *, user: User, now: datetime) -> Holdings:
    """Everything that may be changed at the counter; a constant number of queries."""
    led = doors.classes_led(user)
    terms = queries.terms_not_over(now)
    here = {"class_group__in": led, "class_group__term__in": terms}
    return Holdings(
        seats=list(queries.seats_of(person).filter(**here)),
        waiting=list(queries.waiting_of(person).filter(**here)),
        offers=list(
            queries.offers_open_to(person)
            .filter(entry__class_group__in=led, expires_at__gt=now)
            .order_by("expires_at")
        ),
        applications=list(
            doors.applications_led_by(user, guests=[person.pk]).filter(
                person=person, withdrawn_at=None, round__term__in=terms
            )
        ),
    )
