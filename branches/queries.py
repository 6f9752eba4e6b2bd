"""Reading the branches.  The doors: `branch_led_by` (to see), `branch_kept_by` (to write),
`entry_led_by`, `record_led_by`, and `entry_of` for a person's own line.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person, RoleGrant, User
from accounts.queries import organisations_led_by
from branches import quarters
from branches.models import (
    Branch,
    BranchMembership,
    BranchOffice,
    BranchRecord,
    HoursRule,
    RecordScan,
    RecordVersion,
    Source,
    StudyEntry,
)
from branches.quarters import Quarter
from courses.models import ClassSession
from live.models import Attendance, ReplayStudy, StudyMode

# 回放 and 自学 are counted apart from what was studied together with others.
APART = (StudyMode.REPLAY, StudyMode.OWN_STUDY)
# Choices beside the modes themselves: all that is counted apart, all that is not.
ALL_APART = "apart"
ALL_COUNTED = "counted"

# What still stands: neither a reversal nor reversed by one.
STANDS = Q(is_reversal=False, reversed_by=None)


def held_on(day: date) -> Q:
    """Memberships and offices that held on `day`."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day))


# Who may


def branches_led_by(user: User, *, on: date | None = None) -> QuerySet[Branch]:
    """Every branch whose books `user` may read, by its place in the tree.

    Those in office there or above it today, and the bureau over the branch's organisation.
    """
    if not user.is_authenticated:
        return Branch.objects.none()
    kept = branches_kept_by(user, on=on)
    led = organisations_led_by(user, RoleGrant.Role.BUREAU)
    return Branch.objects.filter(Q(pk__in=kept.values("pk")) | Q(organisation__in=led))


def branches_kept_by(user: User, *, on: date | None = None) -> QuerySet[Branch]:
    """Every branch whose books `user` may write: in office there or above it today."""
    if not user.is_authenticated:
        return Branch.objects.none()
    if user.is_superuser:
        return Branch.objects.all()
    offices = BranchOffice.objects.filter(
        held_on(on or timezone.localdate()), person__isnull=False, person=user.person_id
    )
    scope = Q(pk__in=[])
    for path in offices.values_list("branch__path", flat=True):
        scope |= Q(path__startswith=path)
    return Branch.objects.filter(scope)


def holds_an_office(user: User, *, on: date | None = None) -> bool:
    """Whether `user` is secretary or of the committee of any branch today."""
    if not user.person_id:
        return False
    offices = BranchOffice.objects.filter(held_on(on or timezone.localdate()))
    return offices.filter(person=user.person_id).exists()


def branch_led_by(user: User, pk: int, *, on: date | None = None) -> Branch:
    """The branch, if `user` may read its books. Raises Http404 for all others."""
    if branch := branches_led_by(user, on=on).filter(pk=pk).first():
        return branch
    raise Http404


def branch_kept_by(user: User, pk: int, *, on: date | None = None) -> Branch:
    """The branch, if `user` may write into its books. Raises Http404 for all others."""
    if branch := branches_kept_by(user, on=on).filter(pk=pk).first():
        return branch
    raise Http404


def entry_led_by(user: User, *, branch_pk: int, pk: int) -> StudyEntry:
    """A line in the ledger of a branch or of one beneath it. Raises Http404 for strangers."""
    branch = branch_led_by(user, branch_pk)
    lines = _with_names(StudyEntry.objects.filter(pk=pk, branch__in=tree(branch)))
    if entry := lines.first():
        return entry
    raise Http404


def entry_of(person: Person, pk: int) -> StudyEntry:
    """A person's own line. Raises Http404 for anybody else's."""
    if entry := _with_names(StudyEntry.objects.filter(pk=pk, person=person)).first():
        return entry
    raise Http404


def record_led_by(user: User, *, branch_pk: int, pk: int) -> BranchRecord:
    """A record of a branch. Raises Http404 for strangers."""
    branch = branch_led_by(user, branch_pk)
    if record := with_everything(BranchRecord.objects.filter(branch=branch, pk=pk)).first():
        return record
    raise Http404


def record_kept_by(user: User, *, branch_pk: int, pk: int) -> BranchRecord:
    """The record, if `user` may write into it. Raises Http404 for all others."""
    branch = branch_kept_by(user, branch_pk)
    if record := with_everything(BranchRecord.objects.filter(branch=branch, pk=pk)).first():
        return record
    raise Http404


def version_led_by(user: User, *, branch_pk: int, record_pk: int, number: int) -> RecordVersion:
    """A signed version of a record. Raises Http404 for strangers."""
    record = record_led_by(user, branch_pk=branch_pk, pk=record_pk)
    if version := record.versions.filter(number=number).first():
        return version
    raise Http404


def scan_led_by(user: User, *, branch_pk: int, record_pk: int, pk: int) -> RecordScan:
    """The scan of a signed paper. Raises Http404 for strangers."""
    record = record_led_by(user, branch_pk=branch_pk, pk=record_pk)
    if scan := RecordScan.objects.filter(version__record=record, pk=pk).first():
        return scan
    raise Http404


# Branches and who belongs to them


def tree(branch: Branch) -> QuerySet[Branch]:
    """The branch and all beneath it."""
    return Branch.objects.filter(path__startswith=branch.path)


def branch_list(user: User, *, on: date) -> QuerySet[Branch]:
    """The branches of `branches_led_by` with `secretary`, `members` and `unwritten` records.

    Members are counted with those of the same kind in all branches beneath.  One query
    however many branches are listed.
    """
    secretary = BranchOffice.objects.filter(
        held_on(on), branch=OuterRef("pk"), office=BranchOffice.Office.SECRETARY
    ).order_by("-starts_on")
    members = BranchMembership.objects.filter(
        held_on(on), branch__path__startswith=OuterRef("path"), kind=OuterRef("kind")
    )
    unwritten = BranchRecord.objects.filter(branch=OuterRef("pk"), edited_at=None)
    return (
        branches_led_by(user, on=on)
        .filter(Q(ended_on=None) | Q(ended_on__gt=on))
        .select_related("organisation")
        .annotate(
            secretary=Subquery(secretary.values("person__name")[:1]),
            members=Coalesce(_one(members, Count("person", distinct=True)), 0),
            unwritten=Coalesce(_one(unwritten, Count("pk")), 0),
        )
        .order_by("path")
    )


def _one(rows: QuerySet, aggregate):
    """One figure over all of `rows`, as a subquery."""
    return Subquery(
        rows.order_by().annotate(_all=Value(1)).values("_all").annotate(n=aggregate).values("n"),
        output_field=IntegerField(),
    )


def size_of(branch: Branch, *, on: date) -> dict:
    """What branches.hints wants to know of a branch."""
    members = BranchMembership.objects.filter(
        held_on(on), branch__in=tree(branch), kind=branch.kind
    )
    offices = branch.offices.filter(held_on(on))
    return {
        "level": branch.level,
        "members": members.values("person").distinct().count(),
        "committee": offices.values("person").distinct().count(),
        "has_secretary": offices.filter(office=BranchOffice.Office.SECRETARY).exists(),
    }


def members_on(branch: Branch, day: date) -> QuerySet[Person]:
    """Who belonged to the branch on `day`, by name."""
    membership = BranchMembership.objects.filter(
        held_on(day), branch=branch, person=OuterRef("pk")
    )
    return Person.objects.filter(Exists(membership)).order_by("pinyin", "pk")


def secretary_on(branch: Branch, day: date) -> Person | None:
    offices = branch.offices.filter(held_on(day), office=BranchOffice.Office.SECRETARY)
    office = offices.select_related("person").order_by("-starts_on").first()
    return office and office.person


def term_began(branch: Branch, *, on: date) -> date | None:
    """When the secretary of that day came into office."""
    offices = branch.offices.filter(held_on(on), office=BranchOffice.Office.SECRETARY)
    return offices.order_by("-starts_on").values_list("starts_on", flat=True).first()


def secretaries_there(session: ClassSession, *, on: date) -> dict[int, int]:
    """Of every branch the secretary on that day who was in `session`, in one query."""
    there = StudyEntry.objects.filter(STANDS, session=session, person=OuterRef("person"))
    offices = BranchOffice.objects.filter(
        held_on(on), Exists(there), office=BranchOffice.Office.SECRETARY
    )
    return dict(offices.order_by("starts_on").values_list("branch_id", "person_id"))


def home_branch_on(person: Person, day: date) -> Branch | None:
    """Where the membership (组织关系) of `person` was on `day`."""
    homes = person.memberships.filter(held_on(day), kind=Branch.Kind.HOME)
    membership = homes.select_related("branch").order_by("-starts_on", "-pk").first()
    return membership and membership.branch


def memberships_of(person: Person, *, on: date) -> QuerySet[BranchMembership]:
    """The branches that `person` belongs to on that day, the home branch first."""
    held = person.memberships.filter(held_on(on)).select_related("branch")
    return held.order_by(Case(When(kind=Branch.Kind.HOME, then=0), default=1), "starts_on")


def offices_of(person: Person, *, on: date) -> QuerySet[BranchOffice]:
    """The offices that `person` holds on that day."""
    return person.offices.filter(held_on(on)).select_related("branch")


def offices_over(person: Person, *, on: date) -> QuerySet[BranchOffice]:
    """The offices held that day in the branches of `person` and above them, by others."""
    paths = person.memberships.filter(held_on(on)).values_list("branch__path", flat=True)
    step = Branch.steplen
    above = {path[:end] for path in paths for end in range(step, len(path) + 1, step)}
    offices = BranchOffice.objects.filter(held_on(on), branch__path__in=above)
    return (
        offices.exclude(person=person)
        .select_related("branch", "person")
        .order_by("branch__path", "office", "pk")
    )


def home_branches(people: Iterable[int], *, days: set[date]) -> dict[tuple[int, date], int]:
    """The home branch of `people` on each of `days`, in one query.

    Of two that were dated across each other the later one counts.
    """
    homes = BranchMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=min(days)),
        person__in=people,
        kind=Branch.Kind.HOME,
        starts_on__lte=max(days),
    )
    found = {}
    for home in homes.order_by("starts_on", "pk"):
        for day in days:
            if home.starts_on <= day and (home.ends_on is None or day < home.ends_on):
                found[home.person_id, day] = home.branch_id
    return found


# The ledger


@dataclass(frozen=True)
class Figures:
    """人数, 人次, 学时 and what is counted apart: four different figures."""

    people: int
    times: int
    hours: Decimal
    hours_apart: Decimal
    minutes: int
    lines: int

    @property
    def all_hours(self) -> Decimal:
        return self.hours + self.hours_apart


def ledger(
    branch: Branch,
    *,
    quarter: Quarter,
    person: Person | int | None = None,
    mode: str | None = None,
) -> QuerySet[StudyEntry]:
    """The lines of a branch and all beneath it in a quarter, reversals among them.

    `mode` is a StudyMode, ALL_APART or ALL_COUNTED.
    """
    lines = StudyEntry.objects.filter(
        branch__in=tree(branch),
        studied_on__gte=quarter.starts_on,
        studied_on__lt=quarter.ends_before,
    )
    if person:
        lines = lines.filter(person=person)
    if mode == ALL_APART:
        lines = lines.filter(mode__in=APART)
    elif mode == ALL_COUNTED:
        lines = lines.exclude(mode__in=APART)
    elif mode:
        lines = lines.filter(mode=mode)
    return _with_names(lines)


def figures(lines: QuerySet[StudyEntry], *, stands: Q = STANDS) -> Figures:
    """The totals of `lines` in one query; what does not stand counts nothing.

    `stands` is Q() where `lines` are already those that stood on some earlier day.
    """
    apart = Q(mode__in=APART)
    found = lines.order_by().aggregate(
        people=Count("person", filter=stands, distinct=True),
        times=Count("pk", filter=stands),
        hours=Sum("credit_hours", filter=~apart),
        hours_apart=Sum("credit_hours", filter=apart),
        minutes=Sum("minutes"),
        lines=Count("pk"),
    )
    return Figures(
        **{
            **found,
            "hours": _exact(found["hours"]),
            "hours_apart": _exact(found["hours_apart"]),
            "minutes": found["minutes"] or 0,
        }
    )


def people_of(lines: QuerySet[StudyEntry]) -> QuerySet:
    """Everybody of 人数 with `times`, `hours` and `hours_apart`, by name: nobody is ranked."""
    apart = Q(mode__in=APART)
    return (
        lines.filter(STANDS)
        .order_by()
        .values("person_id", "person__name", "person__pinyin")
        .annotate(
            times=Count("pk"),
            hours=Coalesce(Sum("credit_hours", filter=~apart), Decimal(0)),
            hours_apart=Coalesce(Sum("credit_hours", filter=apart), Decimal(0)),
        )
        .order_by("person__pinyin", "person_id")
    )


def quarters_of(branch: Branch, *, on: date) -> list[Quarter]:
    """The quarters to choose from: from the branch's first line to that of `on`, newest first."""
    dates = StudyEntry.objects.filter(branch__in=tree(branch)).aggregate(
        first=Min("studied_on"), last=Max("studied_on")
    )
    this = Quarter.of(on)
    first = Quarter.of(dates["first"]) if dates["first"] else this
    last = Quarter.of(dates["last"]) if dates["last"] else this
    return quarters.between(min(first, this), max(last, this))


def people_in_ledger(
    branch: Branch, quarter: Quarter, *, also: int | None = None
) -> QuerySet[Person]:
    """Everybody with a line in the quarter, by name: whom the ledger can be filtered by.

    `also` is somebody who may have lines in another quarter only.
    """
    lines = StudyEntry.objects.filter(branch__in=tree(branch), person=OuterRef("pk"))
    within = lines.filter(studied_on__gte=quarter.starts_on, studied_on__lt=quarter.ends_before)
    people = Person.objects.filter(Exists(within) | Q(pk=also) & Exists(lines))
    return people.order_by("pinyin", "pk")


def rules_of(lines: QuerySet[StudyEntry]) -> QuerySet[HoursRule]:
    """The rules that `lines` were counted by."""
    return HoursRule.objects.filter(pk__in=lines.order_by().values("rule"))


def history(entry: StudyEntry) -> QuerySet[StudyEntry]:
    """Every line ever written of the same evidence for the same person, the first first."""
    lines = StudyEntry.objects.filter(
        person=entry.person_id, source=entry.source, source_key=entry.source_key
    )
    return _with_names(lines).order_by("pk")


def my_entries(person: Person, year: int) -> QuerySet[StudyEntry]:
    """A person's lines of a year, in any branch or none."""
    return _with_names(
        StudyEntry.objects.filter(
            person=person, studied_on__gte=date(year, 1, 1), studied_on__lt=date(year + 1, 1, 1)
        )
    )


def first_year_of(person: Person) -> int | None:
    """The year of a person's first line."""
    first = StudyEntry.objects.filter(person=person).aggregate(first=Min("studied_on"))["first"]
    return first and first.year


def title_of(session: ClassSession) -> str:
    """What a session is called in the ledger and on a record."""
    title = _("%(class)s 第 %(number)s 讲") % {
        "class": session.class_group.name,
        "number": session.number,
    }
    return f"{title} {session.title}".strip()[:200]


def _with_names(lines: QuerySet[StudyEntry]) -> QuerySet[StudyEntry]:
    return lines.select_related(
        "person", "branch", "rule", "session", "reverses", "reversed_by", "posted_by__person"
    )


def _exact(total: Decimal | None) -> Decimal:
    # SQLite adds decimals as floating point numbers.
    return (total or Decimal(0)).quantize(Decimal("0.01"))


# What should be in the ledger


def sessions_unposted(*, since: datetime | None = None) -> QuerySet[ClassSession]:
    """Closed sessions whose lines are missing or say something else than the attendance.

    The same rule as branches.ledger in one query; `since` bounds it by when the room was
    closed, so that it stays cheap in an old school.  What waits for a rule is left out:
    trying it again changes nothing.
    """
    wrong = _unsettled().filter(~DESERVES_A_LINE | Exists(_rules_for_attendance()))
    closed = ClassSession.objects.filter(classroom__closed_at__isnull=False)
    if since:
        closed = closed.filter(classroom__closed_at__gte=since)
    wrong = wrong.filter(session=OuterRef("pk"))
    return closed.filter(Exists(wrong)).select_related("class_group").order_by("starts_at", "pk")


def sessions_with_replays_unposted(*, since: datetime | None = None) -> QuerySet[ClassSession]:
    """Sessions whose replay somebody has made up the class by, without the line for it."""
    there = Attendance.objects.filter(
        session=OuterRef("classroom__session"), person=OuterRef("person"), is_present=True
    )
    lines = StudyEntry.objects.filter(
        person=OuterRef("person"),
        source=Source.REPLAY,
        source_key=OuterRef("classroom__session"),
        is_reversal=False,
    )
    waiting = ReplayStudy.objects.filter(~Exists(there), ~Exists(lines), seconds__gte=30)
    waiting = waiting.filter(enough_at__isnull=False, person__merged_into=None)
    if since:
        waiting = waiting.filter(enough_at__gte=since)
    has_rule = HoursRule.objects.alias(
        path=ExpressionWrapper(OuterRef("person__organisation__path"), CharField())
    ).filter(valid_from__lte=OuterRef("day"), path__startswith=F("organisation__path"))
    waiting = waiting.alias(day=TruncDate("enough_at")).filter(Exists(has_rule))
    waiting = waiting.values("classroom__session")
    sessions = ClassSession.objects.filter(pk__in=waiting)
    return sessions.select_related("class_group").order_by("starts_at", "pk")


def organisations_without_rule() -> QuerySet[Organisation]:
    """Whose people studied in closed sessions and have no line for want of a rule."""
    waiting = _unsettled().filter(
        DESERVES_A_LINE,
        ~Exists(_rules_for_attendance()),
        session__classroom__closed_at__isnull=False,
    )
    return Organisation.objects.filter(pk__in=waiting.values("person__organisation"))


# An attendance that the ledger has to know of: present, and for some minutes.
DESERVES_A_LINE = Q(is_present=True, whole_minutes__gt=0)


def _unsettled() -> QuerySet[Attendance]:
    """Attendance of which the ledger says something else."""
    lines = StudyEntry.objects.filter(
        person=OuterRef("person"),
        source=Source.SESSION,
        source_key=OuterRef("session"),
        is_reversal=False,
    )
    same = Q(
        minutes=OuterRef("whole_minutes"),
        mode=OuterRef("mode"),
        studied_on=OuterRef("studied_on"),
    )
    standing = lines.filter(reversed_by=None)
    # What a person reversed stays reversed while the evidence says the same.
    newest = lines.order_by("-revision").values("pk")[:1]
    settled = lines.filter(same, pk=Subquery(newest)).filter(
        Q(reversed_by=None) | Q(reversed_by__posted_by__isnull=False)
    )
    return Attendance.objects.alias(
        # live.models.Attendance.minutes, for the database.
        whole_minutes=(F("seconds") + 30) / 60,
        studied_on=TruncDate("session__starts_at"),
    ).filter(
        (DESERVES_A_LINE & ~Exists(settled))
        | (DESERVES_A_LINE & Exists(standing.exclude(same)))
        | (~DESERVES_A_LINE & Exists(standing))
    )


def _rules_for_attendance() -> QuerySet[HoursRule]:
    """The rules in force for the person of an outer attendance."""
    path = ExpressionWrapper(OuterRef("person__organisation__path"), CharField())
    return HoursRule.objects.alias(path=path).filter(
        valid_from__lte=OuterRef("studied_on"), path__startswith=F("organisation__path")
    )


# Records


def records(branch: Branch) -> QuerySet[BranchRecord]:
    """The records of a branch and all beneath it with `present` counted, newest first."""
    present = (
        StudyEntry.objects.filter(STANDS, branch=OuterRef("branch"), session=OuterRef("session"))
        .exclude(mode__in=APART)
        .order_by()
        .values("session")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        BranchRecord.objects.filter(branch__in=tree(branch))
        .select_related("branch", "session__class_group", "session__classroom")
        .annotate(present=Coalesce(Subquery(present, output_field=IntegerField()), 0))
        .order_by("-held_on", "-session__starts_at", "branch__path", "pk")
    )


def records_of(session: ClassSession) -> QuerySet[BranchRecord]:
    """The records that branches have of a session."""
    return with_everything(BranchRecord.objects.filter(session=session))


def with_everything(records: QuerySet[BranchRecord]) -> QuerySet[BranchRecord]:
    """With all that stands on the sheet and has one row."""
    return records.select_related(
        "branch",
        "chair",
        "recorder",
        "session__classroom",
        "session__class_group__teacher",
        "session__substitute",
        "session__class_group__teaching_point",
    )


def phrases_of(branch: Branch, *, most: int = 8) -> list[str]:
    """Sentences that stand in several of the branch's newest records, the commonest first."""
    texts = branch.records.exclude(edited_at=None).order_by("-held_on", "-pk")
    found: Counter = Counter()
    for said, decided in texts.values_list("said", "decided")[:40]:
        found.update({part for text in (said, decided) for part in _sentences(text)})
    return [phrase for phrase, times in found.most_common(most) if times > 1]


def _sentences(text: str) -> Iterable[str]:
    parts = (part.strip() for part in re.split(r"(?<=[。；！？])|\n", text))
    return (part for part in parts if 4 <= len(part) <= 40)


def present_of(record: BranchRecord) -> Iterable[StudyEntry]:
    """Who of the branch was there and how, by name: the lines that stand."""
    return (
        StudyEntry.objects.filter(STANDS, branch=record.branch, session=record.session)
        .exclude(mode__in=APART)
        .select_related("person")
        .order_by("person__pinyin", "person_id")
    )
