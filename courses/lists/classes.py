"""The list of classes: which are chosen, in what order, and their totals."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Replace
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import TeachingPoint, User
from courses import queries
from courses.fees.accounts import DUE, HELD, total_of
from courses.models import ClassGroup, Enrolment, RegistrationRound, SeatPool, Term, WaitingEntry

GOING_ON = Q(cancelled_at=None)
UNDER_MINIMUM = GOING_ON & Q(learners__lt=F("min_to_open"))
STATES = {
    "": GOING_ON,
    "open": GOING_ON & Q(seats_taken_all__lt=F("seats_all")),
    "full": GOING_ON & Q(seats_taken_all__gte=F("seats_all")),
    "waiting": GOING_ON & Q(waiting_all__gt=0),
    "under": UNDER_MINIMUM,
    "cancelled": ~GOING_ON,
}
STATE_WORDS = [
    ("", _("没停开的")),
    ("open", _("还有空位")),
    ("full", _("满了")),
    ("waiting", _("有人候补")),
    ("under", _("不够开班人数")),
    ("cancelled", _("停开的")),
]
ORDERS = {
    "time": ("weekday", "starts_at_time", "code"),
    "code": ("code",),
    "name": ("pinyin", "code"),
    "teacher": ("teacher__pinyin", "weekday", "code"),
    "seats": ("seats_all", "code"),
    "learners": ("learners", "code"),
    "waiting": ("waiting_all", "code"),
    "due": ("fees_due", "code"),
    "held": ("fees_held", "code"),
}
# Every code of a class is somebody's in the end; a page of a term is looked through.
NEWEST = "newest"


@dataclass(frozen=True)
class Choice:
    """What somebody chose on the page; empty chooses nothing away."""

    text: str = ""
    term: Term | None = None
    subject: str = ""
    weekday: int | None = None
    point: TeachingPoint | None = None
    state: str = ""
    sort: str = ""


@dataclass(frozen=True)
class Totals:
    """Of the chosen classes."""

    classes: int = 0
    seats: int = 0
    learners: int = 0
    waiting: int = 0
    due: Decimal = Decimal(0)
    held: Decimal = Decimal(0)


def chosen(user: User, choice: Choice) -> QuerySet[ClassGroup]:
    """The classes that `user` leads and that `choice` fits, counted, in its order."""
    found = counted(queries.classes_led_by(user)).filter(STATES[choice.state])
    if choice.term:
        found = found.filter(term=choice.term)
    if choice.subject:
        found = found.filter(course__subject=choice.subject)
    if choice.weekday is not None:
        found = found.filter(weekday=choice.weekday)
    if choice.point:
        found = found.filter(
            Q(teaching_point=choice.point)
            | Q(pk__in=choice.point.seat_pools.values("class_group"))
        )
    for word in unicodedata.normalize("NFKC", choice.text).lower().split():
        found = found.filter(
            Q(code__icontains=word)
            | Q(name__icontains=word)
            | Q(course__title__icontains=word)
            | Q(teacher__name__icontains=word)
            | Q(pk__in=_said(word))
        )
    return found.order_by(*_order(choice.sort))


def totals(found: QuerySet[ClassGroup]) -> Totals:
    """The totals of `found`, in one query."""
    sums = found.order_by().aggregate(
        classes=Count("pk"),
        seats=Sum("seats_all"),
        people=Sum("learners"),
        waiting=Sum("waiting_all"),
        due=Sum("fees_due"),
        held=Sum("fees_held"),
    )
    sums["learners"] = sums.pop("people")
    return Totals(
        **{name: value or type(getattr(Totals, name))(0) for name, value in sums.items()}
    )


def counted(classes: QuerySet[ClassGroup]) -> QuerySet[ClassGroup]:
    """Each class with its seats, learners, who waits, and its fees."""
    pools = SeatPool.objects.filter(class_group=OuterRef("pk"))
    seats = Enrolment.objects.filter(class_group=OuterRef("pk"), withdrawn_at=None)
    waiting = WaitingEntry.objects.filter(class_group=OuterRef("pk"), left_at=None)
    return classes.annotate(
        seats_all=_one(pools, Sum("capacity")),
        seats_taken_all=_one(pools, Sum("seats_taken")),
        learners=_one(seats, Count("pk")),
        waiting_all=_one(waiting, Count("pk")),
        fees_due=total_of(DUE, enrolment__class_group=OuterRef("pk")),
        fees_held=total_of(HELD, enrolment__class_group=OuterRef("pk")),
    )


def newest_term(user: User, now: datetime) -> Term | None:
    """The term whose classes are looked at first: the newest that is running or open for
    registration, else the newest that is not over, else the last."""
    terms = queries.terms_led_by(user).order_by("-starts_on")
    not_over = terms.filter(pk__in=queries.terms_not_over(now).values("pk"))
    opened = RegistrationRound.objects.filter(opens_at__lte=now, closes_at__gt=now)
    busy = not_over.filter(
        Q(starts_on__lte=timezone.localdate(now)) | Q(pk__in=opened.values("term"))
    )
    return busy.first() or not_over.first() or terms.first()


def terms_seen(user: User) -> QuerySet[Term]:
    """The terms of the classes that `user` leads, also those of a school above."""
    theirs = queries.classes_led_by(user).order_by().values("term")
    own = queries.terms_led_by(user).order_by().values("pk")
    return Term.objects.filter(Q(pk__in=theirs) | Q(pk__in=own)).order_by("-starts_on", "pk")


def points_seen(user: User) -> QuerySet[TeachingPoint]:
    """Where the classes that `user` leads meet."""
    theirs = queries.classes_led_by(user).order_by().values("pk")
    return (
        TeachingPoint.objects.filter(
            Q(class_groups__in=theirs) | Q(seat_pools__class_group__in=theirs)
        )
        .distinct()
        .order_by("name")
    )


def _said(word: str) -> QuerySet:
    """Classes whose name or teacher is said so: people type pinyin together, or initials."""
    said = ClassGroup.objects.annotate(
        squeezed=Replace(F("pinyin"), Value(" "), Value("")),
        teacher_squeezed=Replace(F("teacher__pinyin"), Value(" "), Value("")),
    ).filter(
        Q(squeezed__contains=word)
        | Q(pinyin_initials__contains=word)
        | Q(teacher_squeezed__contains=word)
        | Q(teacher__pinyin_initials__contains=word)
    )
    return said.order_by().values("pk")


def _one(rows: QuerySet, figure) -> Coalesce:
    """One figure of other rows, 0 where there are none; a join would count them twice."""
    counted_rows = rows.order_by().values(one=Value(1)).annotate(figure=figure).values("figure")
    return Coalesce(Subquery(counted_rows, output_field=IntegerField()), Value(0))


def _order(sort: str) -> tuple[str, ...]:
    first, *rest = ORDERS.get(sort.removeprefix("-"), ORDERS["time"])
    return (f"-{first}" if sort.startswith("-") else first, *rest)
