"""Reading courses. The doors: `class_shown` for everybody, `may_teach` for its staff."""

import unicodedata
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Replace
from django.http import Http404
from django.utils import timezone

from accounts.acting.households import companions_of
from accounts.models import Person, RoleGrant, TeachingPoint, User
from accounts.queries import organisations_led_by, own_file, persons_acted_for
from courses.models import (
    Application,
    CatalogueIndexPage,
    ClassGroup,
    ClassSession,
    Enrolment,
    JoinedClass,
    LessonPage,
    Offer,
    RegistrationRound,
    SeatPool,
    Term,
    WaitingEntry,
)
from courses.models.terms import without_files

# Who plans classes, registers at the counter, and telephones.
LEADS_CLASSES = (RoleGrant.Role.REGISTRAR, RoleGrant.Role.ADMINISTRATOR)

# The choice of a place that is no room: at home, in front of the live picture.
AT_HOME = "home"


def class_shown(pk: int) -> ClassGroup:
    """The class as everybody may see it. Raises Http404 for an unknown number."""
    found = _with_all(ClassGroup.objects.filter(pk=pk)).first()
    if found is None:
        raise Http404
    return found


def pool_shown(key: str) -> SeatPool | None:
    """The seats that a page names, as everybody may see them; None if it names none."""
    return SeatPool.objects.filter(pk=key).first() if key.isdecimal() and len(key) < 18 else None


def class_asked_for(pk: int) -> ClassGroup:
    """The class with what asking for a seat needs, and no more: everybody asks at once.

    Raises Http404 for an unknown number.
    """
    classes = ClassGroup.objects.select_related("term").prefetch_related("pools")
    if found := classes.filter(pk=pk).first():
        return found
    raise Http404


def classes_led_by(user: User) -> QuerySet[ClassGroup]:
    """The classes that `user` plans and registers for: of their organisations and beneath."""
    led = organisations_led_by(user, *LEADS_CLASSES)
    return _with_all(ClassGroup.objects.filter(organisation__in=led))


def class_led_by(*, user: User, pk: int) -> ClassGroup:
    """The class, if `user` plans it. Raises Http404 for all others."""
    if found := classes_led_by(user).filter(pk=pk).first():
        return found
    raise Http404


def terms_led_by(user: User) -> QuerySet[Term]:
    """The terms that `user` may change."""
    led = organisations_led_by(user, *LEADS_CLASSES)
    return Term.objects.filter(organisation__in=led).select_related("organisation")


def term_led_by(*, user: User, pk: int) -> Term:
    """The term, if `user` may change it. Raises Http404 for all others."""
    if found := terms_led_by(user).filter(pk=pk).first():
        return found
    raise Http404


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
    """Each term that is not over with its rounds: open now, opening next, closed last."""
    return [
        {"term": term, **_by_state(term.rounds.all(), now)}
        for term in terms_not_over(now).prefetch_related("rounds__organisation")
    ]


def waiting_by_pool(class_group: ClassGroup) -> dict[int, int]:
    """How many wait for the seats of each pool of the class, by the pool's key."""
    waiting = class_group.waiting.filter(left_at=None).order_by().values_list("pool")
    return dict(waiting.annotate(count=Count("pk")))


def at_meeting(session: ClassSession) -> Q:
    """The seats of the class of a meeting, and of the classes that join it."""
    joined = session.joined.filter(ended_at=None, class_group__isnull=False)
    return Q(class_group=session.class_group_id) | Q(class_group__in=joined.values("class_group"))


def seat_at(*, person: Person, session: ClassSession) -> Enrolment | None:
    """The seat by which `person` is at this meeting: of its class, or of one that joins it."""
    return Enrolment.objects.filter(at_meeting(session), person=person, withdrawn_at=None).first()


def roster_at(session: ClassSession) -> QuerySet[Enrolment]:
    """The seats of everybody who may come to a meeting, with their persons, by name."""
    seats = Enrolment.objects.filter(at_meeting(session), withdrawn_at=None).select_related(
        "person"
    )
    return seats.order_by("person__pinyin", "person_id")


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
    """How many wait before `entry` for the same seats."""
    return WaitingEntry.objects.filter(
        pool=entry.pool_id, left_at=None, number__lt=entry.number
    ).count()


def offers_open_to(person: Person) -> QuerySet[Offer]:
    """The offers that `person` may answer: their own, and those made to them as a couple."""
    return Offer.objects.filter(
        Q(entry__person=person) | Q(seats=2, entry__partner__person=person), answer=""
    ).select_related("entry__class_group__term", "entry__person", "entry__partner__person", "pool")


def applications_of(person: Person, *, now: datetime) -> QuerySet[Application]:
    """The wishes of `person` in rounds of terms that are not over, the newest first."""
    return (
        Application.objects.filter(
            person=person, withdrawn_at=None, round__term__in=terms_not_over(now)
        )
        .select_related("round__term", "round__draw", "partner__person")
        .defer(*without_files("round__draw"))
        .prefetch_related("wishes__pool__class_group")
        .order_by("-round__opens_at", "-pk")
    )


def application_in(*, person: Person, round: RegistrationRound) -> Application | None:
    """The wishes of `person` in the round, if they have any now."""
    return Application.objects.filter(person=person, round=round, withdrawn_at=None).first()


def partners_for(*, user: User, person: Person) -> list[Person]:
    """With whom `user` may register `person` as a couple: those they act for, their own
    file, and those `person` studies with on one device."""
    found = [*persons_acted_for(user), *companions_of(person)]
    if own := own_file(user):
        found.append(own)
    by_key = {one.pk: one for one in found if one.pk != person.pk}
    return sorted(by_key.values(), key=lambda one: (one.pinyin, one.pk))


def offer_for(*, person: Person, pk: int) -> Offer:
    """An offer made to `person`, answered or not. The only door to it. Raises Http404."""
    mine = Q(entry__person=person) | Q(seats=2, entry__partner__person=person)
    found = Offer.objects.filter(mine, pk=pk).select_related(
        "entry__person", "entry__partner__person", "entry__class_group__term"
    )
    if offer := found.first():
        return offer
    raise Http404


def seats_of(person: Person) -> QuerySet[Enrolment]:
    """The seats of `person`, of all terms, the newest term first."""
    return (
        Enrolment.objects.filter(person=person, withdrawn_at=None)
        .select_related(*_through_class())
        .order_by(*_by_timetable("class_group__"))
    )


def classes_of(person: Person) -> QuerySet[ClassGroup]:
    """The classes in which `person` has a seat, the newest term first."""
    mine = Enrolment.objects.filter(person=person, withdrawn_at=None).values("class_group")
    return _with_all(ClassGroup.objects.filter(pk__in=mine)).order_by(*_by_timetable())


def waiting_of(person: Person) -> QuerySet[WaitingEntry]:
    """The waiting places of `person`, of all terms, the newest term first."""
    return (
        WaitingEntry.objects.filter(person=person, left_at=None)
        .select_related(*_through_class())
        .order_by(*_by_timetable("class_group__"))
    )


def sessions_of(person: Person, *, start: datetime, end: datetime) -> QuerySet[ClassSession]:
    """Meetings within [start, end) of the classes in which `person` has a seat, and those that
    such a class joins."""
    mine = Enrolment.objects.filter(person=person, withdrawn_at=None)
    joining = JoinedClass.objects.filter(
        session=OuterRef("pk"), ended_at=None, class_group__in=mine.values("class_group")
    )
    return _meetings(start=start, end=end).filter(
        Exists(mine.filter(class_group=OuterRef("class_group"))) | Exists(joining)
    )


def sessions_taught_by(
    person: Person, *, start: datetime, end: datetime
) -> QuerySet[ClassSession]:
    """Meetings within [start, end) that `person` teaches: those of their classes that nobody
    stands in for, and those in which they stand in."""
    return _meetings(start=start, end=end).filter(
        Q(substitute=person) | Q(class_group__teacher=person, substitute=None)
    )


def roster(class_group: ClassGroup) -> QuerySet[Enrolment]:
    """The seats of the class with their persons, by name."""
    return (
        class_group.enrolments.filter(withdrawn_at=None)
        .select_related("person")
        .order_by("person__pinyin", "person_id")
    )


def due_at(session: ClassSession) -> QuerySet[Person]:
    """Who was to come (应到): a seat before the meeting ended, kept until it began."""
    seats = Enrolment.objects.filter(
        at_meeting(session),
        Q(withdrawn_at=None) | Q(withdrawn_at__gte=session.starts_at),
        seated_at__lt=session.ends_at,
    )
    return Person.objects.filter(pk__in=seats.values("person"))


def taught_now(person: Person, *, now: datetime) -> QuerySet[ClassGroup]:
    """The classes of terms that are not over of which `person` is the teacher."""
    return person.classes_taught.filter(term__in=terms_not_over(now), cancelled_at=None)


def may_teach(*, user: User, class_group: ClassGroup, session: ClassSession | None = None) -> bool:
    """Whether `user` may open and lead the class: its teacher, or the office above it; of
    one `session` also who stands in (代课)."""
    if not user.is_authenticated or user.is_limited:
        return False
    if user.is_superuser or user.person_id == class_group.teacher_id:
        return True
    if session and user.person_id and user.person_id == session.substitute_id:
        return True
    office = organisations_led_by(user, *LEADS_CLASSES)
    return office.filter(pk=class_group.organisation_id).exists()


def _by_state(rounds, now: datetime) -> dict[str, RegistrationRound | None]:
    opened = [one for one in rounds if one.is_open_at(now)]
    coming = [one for one in rounds if one.opens_at > now]
    over = [one for one in rounds if one.closes_at <= now]
    return {
        "open": max(opened, key=lambda one: one.closes_at, default=None),
        "next": min(coming, key=lambda one: one.opens_at, default=None),
        "last": max(over, key=lambda one: one.closes_at, default=None),
    }


def _mine(places: QuerySet):
    place = places.select_related("person", *_through_class()).first()
    if place is None:
        raise Http404
    return place


def _meetings(*, start: datetime, end: datetime) -> QuerySet[ClassSession]:
    return ClassSession.objects.filter(
        starts_at__lt=end, ends_at__gt=start, class_group__cancelled_at=None
    ).select_related(
        "class_group__course",
        "class_group__teacher",
        "class_group__teaching_point",
        "substitute",
    )


def _with_all(classes: QuerySet[ClassGroup]) -> QuerySet[ClassGroup]:
    one = ("course", "term", "teacher", "teaching_point", "organisation", "for_organisation")
    return classes.select_related(*one, "after_course").prefetch_related("pools__teaching_point")


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
