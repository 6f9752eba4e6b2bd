"""The doors of the desk: what of classes that `user` plans and registers for may be touched."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts import queries as accounts
from accounts.models import Person, User
from accounts.queries import organisations_led_by
from courses import queries
from courses.models import Application, ClassGroup, Enrolment, Offer, WaitingEntry

_CLASS = tuple(
    f"class_group__{name}"
    for name in ("course", "term", "teacher", "teaching_point", "organisation")
)


def classes_led_now(user: User, now: datetime) -> QuerySet[ClassGroup]:
    """The classes of terms that are not over for which `user` registers at the counter."""
    return queries.classes_led_by(user).filter(
        term__in=queries.terms_not_over(now), cancelled_at=None
    )


def classes_led(user: User) -> QuerySet[ClassGroup]:
    """The classes of `user`, for asking whether something is of one of them."""
    led = organisations_led_by(user, *queries.LEADS_CLASSES)
    return ClassGroup.objects.filter(organisation__in=led)


def seat_led_by(*, user: User, pk: int) -> Enrolment:
    """A seat, given up or not, of a class of `user`. Raises Http404 for all others."""
    return _one(Enrolment.objects.filter(pk=pk), user, "seated_by__person", "withdrawn_by__person")


def entry_led_by(*, user: User, pk: int) -> WaitingEntry:
    """A waiting place, left or not, of a class of `user`. Raises Http404 for all others."""
    return _one(WaitingEntry.objects.filter(pk=pk), user, "asked_by__person", "left_by__person")


def offers_led_by(user: User) -> QuerySet[Offer]:
    """The offers of seats in classes of `user`, answered or not."""
    return Offer.objects.filter(entry__class_group__in=classes_led(user)).select_related(
        "pool__teaching_point",
        "entry__person",
        "entry__partner__person",
        *(f"entry__{name}" for name in _CLASS),
    )


def offer_led_by(*, user: User, pk: int) -> Offer:
    """The offer, if it is of a class of `user`. Raises Http404 for all others."""
    if offer := offers_led_by(user).filter(pk=pk).first():
        return offer
    raise Http404


def applications_led_by(user: User, *, guests: Collection[int] = ()) -> QuerySet[Application]:
    """Wishes of people of `user`, and of `guests`, in rounds of terms in which they have
    classes."""
    terms = classes_led(user).values("term")
    theirs = Q(person__in=accounts.files_led_by(user).values("pk")) | Q(person__in=guests)
    return (
        Application.objects.filter(theirs, round__term__in=terms)
        .select_related(
            "person", "partner__person", "asked_by__person", "round__term", "round__draw"
        )
        .prefetch_related("wishes__pool__class_group", "wishes__pool__teaching_point")
    )


def application_led_by(*, user: User, pk: int, guests: Collection[int] = ()) -> Application:
    """The application, if it is of somebody `user` registers. Raises Http404 for all others."""
    if application := applications_led_by(user, guests=guests).filter(pk=pk).first():
        return application
    raise Http404


def is_file_led(*, user: User, person: Person) -> bool:
    """Whether `user` may open the file; seats of their classes may be other people's."""
    return accounts.files_led_by(user).filter(pk=person.pk).exists()


def _one(places: QuerySet, user: User, *who: str):
    found = (
        places.filter(class_group__in=classes_led(user))
        .select_related("person", "partner__person", "pool__teaching_point", *who, *_CLASS)
        .first()
    )
    if found is None:
        raise Http404
    return found
