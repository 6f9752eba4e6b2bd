"""What somebody of the office may choose from when planning: terms, courses, teachers, rooms."""

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import Organisation, Person, TeachingPoint, User
from accounts.organisations import tree
from accounts.queries import files_led_by, organisations_led_by
from courses import queries
from courses.models import (
    CalendarDay,
    ClassGroup,
    ClassSession,
    CoursePage,
    RegistrationRound,
    Term,
)


def organisations(user: User) -> QuerySet[Organisation]:
    """Where `user` plans."""
    return organisations_led_by(user, *queries.LEADS_CLASSES)


def open_organisations(user: User) -> QuerySet[Organisation]:
    return organisations(user).filter(ended_on=None).order_by("path")


def paths_above(user: User) -> set[str]:
    """The paths of the organisations above what `user` leads, and of the tops of that."""
    found: set[str] = set()
    for path in organisations(user).values_list("path", flat=True):
        if path[: -Organisation.steplen] not in found:
            found.update(tree.paths_above(path))
    return found


def terms(user: User) -> QuerySet[Term]:
    """The terms in which `user` may plan classes: their own and those of the school above."""
    led = organisations(user)
    mine = Q(organisation__in=led) | Q(organisation__path__in=paths_above(user))
    return Term.objects.filter(mine).select_related("organisation")


def term(*, user: User, pk: int) -> Term:
    """The term, if `user` may plan classes in it. Raises Http404 for all others."""
    if found := terms(user).filter(pk=pk).first():
        return found
    raise Http404


def round_led_by(*, user: User, pk: int) -> RegistrationRound:
    """The round, if `user` may change its term. Raises Http404 for all others."""
    rounds = RegistrationRound.objects.filter(term__in=queries.terms_led_by(user))
    if found := rounds.filter(pk=pk).select_related("term__organisation", "organisation").first():
        return found
    raise Http404


def meeting_led_by(*, user: User, pk: int) -> ClassSession:
    """The meeting, if `user` plans its class. Raises Http404 for all others."""
    led = ClassGroup.objects.filter(organisation__in=organisations(user))
    whole = ("class_group__term", "class_group__teacher", "class_group__organisation")
    found = ClassSession.objects.filter(pk=pk, class_group__in=led)
    if session := found.select_related(
        *whole, "class_group__teaching_point", "substitute", "lesson"
    ).first():
        return session
    raise Http404


def calendar_days(user: User) -> QuerySet[CalendarDay]:
    """The different days of the organisations `user` leads, and of those above them."""
    mine = Q(organisation__in=organisations(user)) | Q(organisation__path__in=paths_above(user))
    return CalendarDay.objects.filter(mine).select_related("organisation").order_by("on")


def calendar_day_led_by(*, user: User, pk: int) -> CalendarDay:
    """The day, if `user` may change it. Raises Http404 for all others."""
    found = CalendarDay.objects.filter(pk=pk, organisation__in=organisations(user))
    if day := found.select_related("organisation").first():
        return day
    raise Http404


def courses(user: User) -> QuerySet[CoursePage]:
    """The published courses of the school: of what `user` leads, and of all above it."""
    mine = Q(organisation__in=organisations(user)) | Q(organisation__path__in=paths_above(user))
    return CoursePage.objects.live().filter(mine).order_by("title")


def teaching_points(user: User) -> QuerySet[TeachingPoint]:
    mine = Q(organisation__in=organisations(user)) | Q(organisation__path__in=paths_above(user))
    return TeachingPoint.objects.filter(mine).order_by("name")


def teachers(user: User) -> QuerySet[Person]:
    """Who may be asked to teach: the files `user` leads, the school's staff, and whoever
    teaches here already."""
    here = ClassGroup.objects.filter(organisation__in=organisations(user))
    return (
        Person.objects.kept()
        .filter(
            Q(pk__in=files_led_by(user).values("pk"))
            | Q(kind=Person.Kind.STAFF, organisation__path__in=paths_above(user))
            | Q(pk__in=here.values("teacher"))
        )
        .filter(frozen_at=None)
        .select_related("organisation")
        .order_by("pinyin", "pk")
    )


def with_teacher(class_group: ClassGroup) -> QuerySet[Person]:
    """The teacher a class has, whatever became of their file."""
    return Person.objects.filter(pk=class_group.teacher_id)


def known_teachers(user: User) -> list[str]:
    """The names of those who teach here, for a field that proposes."""
    here = ClassGroup.objects.filter(organisation__in=organisations(user))
    names = here.order_by("teacher__pinyin").values_list("teacher__name", flat=True)
    return list(dict.fromkeys(names))


def known_rooms(user: User) -> list[str]:
    here = ClassGroup.objects.filter(organisation__in=organisations(user)).exclude(room="")
    return list(here.order_by("room").values_list("room", flat=True).distinct())
