"""Reading courses. The doors: `class_shown` for everybody, `may_teach` for its staff."""

import unicodedata
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Replace
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Person, RoleGrant, TeachingPoint, User
from accounts.queries import organisations_led_by
from common import dates
from courses import errors
from courses.models import (
    CatalogueIndexPage,
    ClassGroup,
    ClassSession,
    Enrolment,
    LessonPage,
    RegistrationRound,
    Term,
    WaitingEntry,
)

# The choice of a place that is no room: at home, in front of the live picture.
AT_HOME = "home"


def class_shown(pk: int) -> ClassGroup:
    """The class as everybody may see it. Raises Http404 for an unknown number."""
    found = _with_all(ClassGroup.objects.filter(pk=pk)).first()
    if found is None:
        raise Http404
    return found


def lesson_shown(pk: int) -> LessonPage:
    """A published lesson. Who may see it, its restrictions say. Raises Http404."""
    found = LessonPage.objects.live().filter(pk=pk).select_related("clip").first()
    if found is None:
        raise Http404
    return found


def catalogue(
    *,
    now: datetime,
    subject: str | None = None,
    weekday: int | None = None,
    place: str | int | None = None,
    text: str = "",
) -> QuerySet[ClassGroup]:
    """The classes of the terms that are not over, with `waiting_now` counted.

    `place` is AT_HOME or the pk of a teaching point. Every word of `text` must be found in
    the name, the course, the teacher, or in pinyin or its initials.
    """
    found = ClassGroup.objects.filter(term__in=terms_not_over(now), cancelled_at=None).annotate(
        waiting_now=Count("waiting", filter=Q(waiting__left_at=None))
    )
    if subject:
        found = found.filter(course__subject=subject)
    if weekday is not None:
        found = found.filter(weekday=weekday)
    if place == AT_HOME:
        found = found.exclude(mode=ClassGroup.Mode.ON_SITE)
    elif place:
        found = found.filter(teaching_point=place)
    if words := unicodedata.normalize("NFKC", text).lower().split():
        found = found.annotate(
            squeezed=_squeezed("pinyin"), teacher_squeezed=_squeezed("teacher__pinyin")
        )
        for word in words:
            found = found.filter(
                Q(name__icontains=word)
                | Q(course__title__icontains=word)
                | Q(teacher__name__icontains=word)
                | Q(squeezed__contains=word)
                | Q(pinyin_initials__contains=word)
                | Q(teacher_squeezed__contains=word)
                | Q(teacher__pinyin_initials__contains=word)
            )
    return _with_all(found).order_by("-term__starts_on", "weekday", "starts_at_time", "code")


def terms_not_over(now: datetime) -> QuerySet[Term]:
    return Term.objects.filter(ends_on__gte=timezone.localdate(now))


def catalogue_url() -> str:
    """Where the catalogue is; the front page while there is none."""
    page = CatalogueIndexPage.objects.live().first()
    return (page and page.url) or "/"


def points_in_use(now: datetime) -> QuerySet[TeachingPoint]:
    """Where the classes of the catalogue meet."""
    classes = ClassGroup.objects.filter(term__in=terms_not_over(now), cancelled_at=None)
    return TeachingPoint.objects.filter(pk__in=classes.values("teaching_point"))


def registration_of_terms(now: datetime) -> list[dict]:
    """Each term that is not over with its round open now and the one that opens next."""
    return [
        {"term": term, "open": open_round(term, now), "next": next_round(term, now)}
        for term in terms_not_over(now)
    ]


def open_round(term: Term, now: datetime) -> RegistrationRound | None:
    """The round in which seats of `term` may be asked for now; the longest open of several."""
    return term.rounds.filter(opens_at__lte=now, closes_at__gt=now).order_by("-closes_at").first()


def next_round(term: Term, now: datetime) -> RegistrationRound | None:
    """The round of `term` that opens next."""
    return term.rounds.filter(opens_at__gt=now).order_by("opens_at").first()


def refusal(
    *, person: Person, class_group: ClassGroup, now: datetime
) -> errors.RegistrationRefused | None:
    """Why `person` may not ask for a place in the class now, in words; None if they may.

    The one statement of who may register: pages say it before the button, and
    courses.registration raises it.
    """
    opened = open_round(class_group.term, now)
    if no := _closed(class_group, opened, now):
        return no
    first, last = class_group.born_between()
    if not first <= person.born_on <= last:
        return errors.WrongAge(
            _(
                "这个班收 %(min)s 到 %(max)s 岁的学员，%(name)s开学时 %(age)s 岁。"
                "请看看别的班，或打学校电话商量。"
            )
            % {
                "min": class_group.min_age,
                "max": class_group.max_age,
                "name": person.name,
                "age": person.age_on(class_group.term.starts_on),
            }
        )
    if places_in_term(person=person, term=class_group.term) >= opened.max_classes:
        return errors.LimitReached(
            _(
                "%(name)s这学期已经报满 %(limit)s 个班（候补也算）。"
                "要报这个班，请先在“我的班”里退掉一个。"
            )
            % {"name": person.name, "limit": opened.max_classes}
        )
    return None


def closed(*, class_group: ClassGroup, now: datetime) -> errors.RegistrationRefused | None:
    """Why nobody may ask for a place in the class now, in words; None if it is open."""
    return _closed(class_group, open_round(class_group.term, now), now)


def places_in_term(*, person: Person, term: Term) -> int:
    """Seats and waiting places of `person` in `term`.

    Waiting places count as seats do: so a seat that comes free can be given to the first in
    line without looking at their other classes (no lock on a second person, no deadlock),
    and nobody queues everywhere at once.
    """
    return (
        seats_of(person).filter(class_group__term=term).count()
        + waiting_of(person).filter(class_group__term=term).count()
    )


def places_left(*, person: Person, term: Term, now: datetime) -> int:
    """How many classes of `term` the open round lets `person` still ask for."""
    opened = open_round(term, now)
    taken = places_in_term(person=person, term=term)
    return max(opened.max_classes - taken, 0) if opened else 0


def line(class_group: ClassGroup) -> QuerySet[WaitingEntry]:
    """Who waits for a seat and may be given one, first come first."""
    return class_group.waiting.filter(
        left_at=None, person__born_on__range=class_group.born_between()
    ).order_by("number")


def seat_of(*, person: Person, class_group: ClassGroup) -> Enrolment | None:
    return class_group.enrolments.filter(person=person, withdrawn_at=None).first()


def place_held(*, person: Person, class_group: ClassGroup) -> Enrolment | WaitingEntry | None:
    """The seat or the waiting place that `person` has in the class now."""
    return (
        seat_of(person=person, class_group=class_group)
        or class_group.waiting.filter(person=person, left_at=None).first()
    )


def places_by_class(person: Person) -> dict[int, Enrolment | WaitingEntry]:
    """What `person` holds now, by the class's pk: for marking a list of classes."""
    seats = Enrolment.objects.filter(person=person, withdrawn_at=None)
    waiting = WaitingEntry.objects.filter(person=person, left_at=None)
    return {place.class_group_id: place for place in [*seats, *waiting]}


def seat_for(*, person: Person, pk: int) -> Enrolment:
    """The seat of `person`, given up or not. The only door to a receipt. Raises Http404."""
    return _mine(Enrolment.objects.filter(pk=pk, person=person))


def waiting_place_for(*, person: Person, pk: int) -> WaitingEntry:
    """The waiting place of `person`, left or not. The only door to it. Raises Http404."""
    return _mine(WaitingEntry.objects.filter(pk=pk, person=person))


def ahead_of(entry: WaitingEntry) -> int:
    """How many wait before `entry`."""
    return WaitingEntry.objects.filter(
        class_group=entry.class_group_id, left_at=None, number__lt=entry.number
    ).count()


def seats_of(person: Person) -> QuerySet[Enrolment]:
    """The seats of `person`, of all terms, the newest term first."""
    return (
        Enrolment.objects.filter(person=person, withdrawn_at=None)
        .select_related(*_through_class())
        .order_by(*_by_timetable("class_group__"))
    )


def classes_of(person: Person) -> QuerySet[ClassGroup]:
    """The classes in which `person` has a seat, the newest term first."""
    mine = Enrolment.objects.filter(class_group=OuterRef("pk"), person=person, withdrawn_at=None)
    return _with_all(ClassGroup.objects.filter(Exists(mine))).order_by(*_by_timetable())


def waiting_of(person: Person) -> QuerySet[WaitingEntry]:
    """The waiting places of `person`, of all terms, the newest term first."""
    return (
        WaitingEntry.objects.filter(person=person, left_at=None)
        .select_related(*_through_class())
        .order_by(*_by_timetable("class_group__"))
    )


def sessions_of(person: Person, *, start: datetime, end: datetime) -> QuerySet[ClassSession]:
    """Meetings within [start, end) of the classes in which `person` has a seat."""
    mine = Enrolment.objects.filter(
        class_group=OuterRef("class_group"), person=person, withdrawn_at=None
    )
    return _meetings(start=start, end=end).filter(Exists(mine))


def sessions_taught_by(
    person: Person, *, start: datetime, end: datetime
) -> QuerySet[ClassSession]:
    """Meetings within [start, end) of the classes that `person` teaches."""
    return _meetings(start=start, end=end).filter(class_group__teacher=person)


def roster(class_group: ClassGroup) -> QuerySet[Enrolment]:
    """The seats of the class with their persons, by name."""
    return (
        class_group.enrolments.filter(withdrawn_at=None)
        .select_related("person")
        .order_by("person__pinyin", "person_id")
    )


def due_at(session: ClassSession) -> QuerySet[Person]:
    """Who was to come (应到): a seat before the meeting ended, kept until it began."""
    seat = Enrolment.objects.filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gte=session.starts_at),
        class_group=session.class_group_id,
        person=OuterRef("pk"),
        seated_at__lt=session.ends_at,
    )
    return Person.objects.filter(Exists(seat))


def may_teach(*, user: User, class_group: ClassGroup) -> bool:
    """Whether `user` may open and lead the class: its teacher, or the office above it."""
    if not user.is_authenticated:
        return False
    if user.is_superuser or user.person_id == class_group.teacher_id:
        return True
    office = organisations_led_by(user, RoleGrant.Role.REGISTRAR, RoleGrant.Role.ADMINISTRATOR)
    return office.filter(pk=class_group.organisation_id).exists()


def _closed(
    class_group: ClassGroup, opened: RegistrationRound | None, now: datetime
) -> errors.RegistrationRefused | None:
    if class_group.cancelled_at:
        return errors.ClassCancelled(_("这个班停开了，请看看别的班。"))
    if opened:
        return None
    if coming := next_round(class_group.term, now):
        when = dates.day_clock(timezone.localtime(coming.opens_at), get_language() or "zh-hans")
        return errors.NotOpenYet(_("%(when)s开始报名，请到时候再来。") % {"when": when})
    return errors.RegistrationClosed(_("这个学期的报名已经结束。想插班，请打学校电话问一问。"))


def _mine(places: QuerySet):
    place = places.select_related("person", *_through_class()).first()
    if place is None:
        raise Http404
    return place


def _meetings(*, start: datetime, end: datetime) -> QuerySet[ClassSession]:
    return ClassSession.objects.filter(
        starts_at__lt=end, ends_at__gt=start, class_group__cancelled_at=None
    ).select_related("class_group__course", "class_group__teacher", "class_group__teaching_point")


def _with_all(classes: QuerySet[ClassGroup]) -> QuerySet[ClassGroup]:
    return classes.select_related("course", "term", "teacher", "teaching_point", "organisation")


def _through_class() -> list[str]:
    return [f"class_group__{name}" for name in ("course", "term", "teacher", "teaching_point")]


def _by_timetable(prefix: str = "") -> list[str]:
    return [
        f"-{prefix}term__starts_on",
        *(f"{prefix}{name}" for name in ("weekday", "starts_at_time", "code")),
    ]


def _squeezed(name: str) -> Replace:
    """Pinyin without its spaces: people type it together."""
    return Replace(F(name), Value(" "), Value(""))
