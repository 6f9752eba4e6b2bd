"""What branches hold on their own: the doors, the lists, who is due and who may be there."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone

from accounts.files import finding
from accounts.models import Person, User
from branches.models import (
    Absence,
    Branch,
    BranchActivity,
    BranchMembership,
    BranchOffice,
    BranchRecord,
    Participation,
    Source,
    StudyEntry,
    StudyNotice,
)
from branches.queries.people import tree
from branches.queries.records import with_everything
from branches.queries.scope import branch_kept_by, branch_led_by, branches_kept_by
from branches.queries.standing import held_on
from common import pinyin
from courses.models import ClassSession, Enrolment, seats_at

# More who may be meant by one name are not told apart on a page.
MOST_MEANT = 6
Kind, Audience = BranchActivity.Kind, BranchActivity.Audience


def activity_led_by(user: User, *, branch_pk: int, pk: int) -> BranchActivity:
    """An activity of a branch. Raises Http404 for strangers."""
    return _of(branch_led_by(user, branch_pk), pk)


def activity_kept_by(user: User, *, branch_pk: int, pk: int) -> BranchActivity:
    """The activity, if `user` may change it. Raises Http404 for all others."""
    return _of(branch_kept_by(user, branch_pk), pk)


def _of(branch: Branch, pk: int) -> BranchActivity:
    if found := with_names(BranchActivity.objects.filter(branch=branch, pk=pk)).first():
        return found
    raise Http404


def with_names(found: QuerySet[BranchActivity]) -> QuerySet[BranchActivity]:
    return found.select_related(
        "branch", "group", "chair", "recorder", "session__class_group", "session__classroom"
    )


def activities(
    branch: Branch, *, kind: str = "", words: str = "", year: int | None = None
) -> QuerySet[BranchActivity]:
    """What a branch and all beneath it hold, the newest first, with `due` and `present`."""
    found = BranchActivity.objects.filter(branch__in=tree(branch)).select_related("branch")
    if kind:
        found = found.filter(kind=kind)
    if year:
        found = found.filter(held_on__gte=date(year, 1, 1), held_on__lt=date(year + 1, 1, 1))
    for word in words.split():
        found = found.filter(
            Q(topic__icontains=word) | Q(place__icontains=word) | Q(lecturer__icontains=word)
        )
    # A file that was merged into another one keeps its row, and counts no more.
    there = Q(people__is_present=True, people__person__merged_into=None)
    asked = Q(people__is_due=True, people__person__merged_into=None)
    return found.annotate(
        due=Count("people", filter=asked | there),
        present=Count("people", filter=there),
    ).order_by("-starts_at", "-pk")


def activities_open(user: User, *, now: datetime) -> QuerySet[BranchActivity]:
    """What is planned or waits to be closed in the branches whose books `user` keeps, the next
    first: for a start page. `is_over` says that it only has to be closed."""
    found = BranchActivity.objects.filter(
        branch__in=branches_kept_by(user), cancelled_at=None, closed_at=None
    )
    return (
        found.select_related("branch")
        .annotate(is_over=Q(ends_at__lte=now))
        .order_by("starts_at", "pk")
    )


def volunteer_minutes(found: QuerySet[BranchActivity]) -> int:
    """What was done as volunteers, all persons together; apart from study."""
    rows = Participation.objects.filter(
        activity__in=found.order_by().values("pk"),
        activity__kind=Kind.VOLUNTEERING,
        activity__closed_at__isnull=False,
        is_present=True,
        person__merged_into=None,
    )
    return rows.aggregate(sum=Sum("activity__minutes"))["sum"] or 0


def due_people(activity: BranchActivity) -> QuerySet[Person]:
    """Who is to come (应到): members of that day whom the activity is for, by name."""
    day = activity.held_on
    whole = activity.group if activity.audience == Audience.GROUP else activity.branch
    held = BranchMembership.objects.filter(
        held_on(day), branch__path__startswith=whole.path, kind=whole.kind
    )
    if activity.audience == Audience.OFFICE:
        held = BranchOffice.objects.filter(held_on(day), branch=activity.branch)
    found = Person.objects.filter(pk__in=held.values("person"), merged_into=None)
    if activity.audience == Audience.CHOSEN:
        chosen = Participation.objects.filter(activity=activity, is_due=True)
        found = found.filter(pk__in=chosen.values("person"))
    return found.order_by("pinyin", "pk")


def may_be_there(activity: BranchActivity) -> QuerySet[Person]:
    """Everybody of the branch and those beneath it on that day, of any kind, by name."""
    return members_beneath(activity.branch, activity.held_on)


def members_beneath(branch: Branch, day: date) -> QuerySet[Person]:
    held = BranchMembership.objects.filter(held_on(day), branch__path__startswith=branch.path)
    found = Person.objects.filter(pk__in=held.values("person"), merged_into=None)
    return found.order_by("pinyin", "pk")


def people_of_activity(activity: BranchActivity) -> QuerySet[Participation]:
    """Everybody asked or there, by name."""
    rows = activity.people.filter(person__merged_into=None).select_related("person")
    return rows.order_by("person__pinyin", "person_id")


def due_rows(activity: BranchActivity, rows: list[Participation]) -> list[Participation]:
    """Of the `rows` of an activity who is due; while it is open also who has come into the branch
    since it was planned, and not who has left."""
    if activity.closed_at or activity.cancelled_at:
        return [row for row in rows if row.is_due]
    known = {row.person_id: row for row in rows}
    return [
        known.get(person.pk) or Participation(activity=activity, person=person)
        for person in due_people(activity)
    ]


def groups_of(branch: Branch, *, on: date) -> QuerySet[Branch]:
    """The groups (党小组) and other branches beneath, of the same kind."""
    open_then = Q(ended_on=None) | Q(ended_on__gt=on)
    return tree(branch).exclude(pk=branch.pk).filter(open_then, kind=branch.kind).order_by("path")


def sessions_on(branch: Branch, day: date) -> QuerySet[ClassSession]:
    """The meetings on a day of classes in which any of the branch has a seat."""
    members = members_beneath(branch, day).order_by().values("pk")
    seats = Enrolment.objects.filter(
        seats_at(session="pk", class_group="class_group"), withdrawn_at=None, person__in=members
    )
    starts_at = timezone.make_aware(datetime.combine(day, time.min))
    found = ClassSession.objects.filter(
        starts_at__gte=starts_at,
        starts_at__lt=starts_at + timedelta(days=1),
        class_group__cancelled_at=None,
    )
    return found.filter(Exists(seats)).select_related("class_group").order_by("starts_at", "pk")


def called_like(people: QuerySet[Person], typed: str) -> QuerySet[Person]:
    """Those of `people` whose name has `typed` in it or sounds like it."""
    fits = Q(name__icontains=typed)
    if letters := pinyin.of_person(typed).letters:
        fits |= Q(pinyin_letters=letters)
    return people.filter(fits)


def sounding_like(people: QuerySet[Person], name: str) -> list[Person]:
    """Those of `people` whose name sounds like one on paper, or begins like it."""
    if len(name) < 2:
        return []
    same = people.filter(pinyin_letters=pinyin.of_person(name).letters)
    return list(same[:MOST_MEANT]) or list(finding.matching(people, name)[:MOST_MEANT])


# One's own


def my_activities(person: Person, *, now: datetime) -> QuerySet[Participation]:
    """What `person` was asked to and is still to come, the next first."""
    rows = person.activities.filter(
        is_due=True,
        activity__told__gte=1,
        activity__cancelled_at=None,
        activity__closed_at=None,
        activity__ends_at__gt=now,
    )
    return rows.select_related("activity__branch", "activity__chair").order_by(
        "activity__starts_at", "pk"
    )


def my_past_activities(person: Person, *, year: int) -> QuerySet[Participation]:
    """What `person` was at in a year, the newest first."""
    rows = person.activities.filter(
        is_present=True,
        activity__closed_at__isnull=False,
        activity__held_on__gte=date(year, 1, 1),
        activity__held_on__lt=date(year + 1, 1, 1),
    )
    return rows.select_related("activity__branch").order_by("-activity__starts_at", "-pk")


def asked_to(person: Person, pk: int) -> Participation:
    """The invitation of `person` to an activity. Raises Http404 for anybody else's."""
    rows = person.activities.filter(activity=pk, is_due=True, activity__told__gte=1)
    if row := rows.select_related("activity__branch").first():
        return row
    raise Http404


def my_make_ups(person: Person) -> QuerySet[Absence]:
    """What `person` still has to make up, the newest first."""
    rows = person.absences.exclude(how="").filter(made_up_on=None)
    return rows.select_related(
        "record__branch", "record__activity", "record__session__class_group"
    ).order_by("-record__held_on", "-pk")


def my_make_up(person: Person, pk: int) -> Absence:
    """A make-up of `person`. Raises Http404 for anybody else's."""
    if absence := my_make_ups(person).filter(pk=pk).first():
        return absence
    raise Http404


def activities_touched(people: Iterable[int], *, since: date) -> QuerySet[BranchActivity]:
    """Closed activities since a day in the branches that `people` belong or belonged to."""
    steps = BranchMembership.objects.filter(
        person__in=list(people), branch__path__startswith=OuterRef("branch__path")
    )
    row = Participation.objects.filter(person__in=list(people), activity=OuterRef("pk"))
    found = BranchActivity.objects.filter(closed_at__isnull=False, held_on__gte=since)
    return with_names(found.filter(Exists(steps) | Exists(row))).order_by("starts_at", "pk")


# Its records


def records_of_activity(activity: BranchActivity) -> QuerySet[BranchRecord]:
    """The records that branches have of an activity."""
    return with_everything(BranchRecord.objects.filter(activity=activity))


def branches_at(activity: BranchActivity) -> list[Branch]:
    """Who has a record of a closed activity: its host, and where several branches were
    together every one whose members came. A group (党小组) stands on its branch's."""
    host = activity.branch
    if host.kind != Branch.Kind.HOME:
        return [host]
    there = Participation.objects.filter(activity=activity, is_present=True)
    homes = BranchMembership.objects.filter(
        held_on(activity.held_on),
        person__in=there.values("person"),
        kind=Branch.Kind.HOME,
        branch__path__startswith=host.path,
    ).exclude(branch__level=Branch.Level.GROUP)
    found = Branch.objects.filter(pk__in=homes.values("branch")).exclude(pk=host.pk)
    return [host, *found.order_by("path")]


def secretary_there(activity: BranchActivity, branch: Branch) -> Person | None:
    """The secretary of that day, if they were at the activity."""
    offices = branch.offices.filter(
        held_on(activity.held_on),
        office=BranchOffice.Office.SECRETARY,
        person__in=activity.people.filter(is_present=True).values("person"),
    )
    office = offices.select_related("person").order_by("-starts_on").first()
    return office and office.person


def lines_of_session(session: ClassSession) -> QuerySet[StudyEntry]:
    """The lines of a meeting and of the activities that watched it."""
    watched = BranchActivity.objects.filter(session=session).values("pk")
    return StudyEntry.objects.filter(
        Q(session=session) | Q(source=Source.ACTIVITY, source_key__in=watched)
    )


def lines_of_activity(activity: BranchActivity) -> QuerySet[StudyEntry]:
    """The lines of an activity, with those of its own people in the class that was watched."""
    own = Q(source=Source.ACTIVITY, source_key=activity.pk)
    if activity.session_id:
        there = activity.people.filter(is_present=True).values("person")
        own |= Q(session=activity.session_id, person__in=there)
    return StudyEntry.objects.filter(own)


def record_of_notice(notice: StudyNotice) -> BranchRecord | None:
    """The record of the branch that a notice tells of, once there is one."""
    of = {Source.SESSION: "session", Source.REPLAY: "session", Source.ACTIVITY: "activity"}
    if notice.source not in of:
        return None
    found = BranchRecord.objects.filter(
        branch=notice.at_branch_id, **{of[notice.source]: notice.source_key}
    )
    return with_everything(found).first()
