"""The ledger's lines and what they add up to."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Person
from branches import quarters
from branches.models import Branch, BranchActivity, BranchRecord, HoursRule, StudyEntry
from branches.quarters import Quarter
from branches.queries.people import tree
from branches.queries.standing import ALL_APART, ALL_COUNTED, APART, STANDS
from courses.models import ClassSession


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
    return with_names(lines)


def figures(lines: QuerySet[StudyEntry], *, stands: Q = STANDS) -> Figures:
    """The totals of `lines` in one query; what does not stand counts nothing.

    `stands` is Q() where `lines` are already those that stood on some earlier day, or those
    that came later: of these a reversal takes its 人次 away.
    """
    apart = Q(mode__in=APART)
    found = lines.order_by().aggregate(
        people=Count("person", filter=stands, distinct=True),
        times=Count("pk", filter=stands & Q(is_reversal=False))
        - Count("pk", filter=stands & Q(is_reversal=True)),
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
    lines = StudyEntry.objects.filter(branch__in=tree(branch)).order_by()
    within = lines.filter(studied_on__gte=quarter.starts_on, studied_on__lt=quarter.ends_before)
    # By the lines: asked of each person in turn, SQLite reads everybody of a province.
    people = within.values("person")
    if also:
        people = people.union(lines.filter(person=also).values("person"))
    return Person.objects.filter(pk__in=people).order_by("pinyin", "pk")


def rules_of(lines: QuerySet[StudyEntry]) -> QuerySet[HoursRule]:
    """The rules that `lines` were counted by."""
    return HoursRule.objects.filter(pk__in=lines.order_by().values("rule"))


def history(entry: StudyEntry) -> QuerySet[StudyEntry]:
    """Every line ever written of the same evidence for the same person, the first first."""
    lines = StudyEntry.objects.filter(
        person=entry.person_id, source=entry.source, source_key=entry.source_key
    )
    return with_names(lines).order_by("pk")


def my_entries(person: Person, year: int) -> QuerySet[StudyEntry]:
    """A person's lines of a year, in any branch or none."""
    return with_names(
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


def title_of_activity(activity: BranchActivity) -> str:
    """The same of an activity of a branch: 主题党日 参观长征纪念馆"""
    with translation.override(settings.LANGUAGE_CODE):
        return f"{activity.get_kind_display()} {activity.topic}"[:200]


def title_of_record(record: BranchRecord) -> str:
    """What the branch's record is about."""
    if record.activity_id:
        return title_of_activity(record.activity)
    return title_of(record.session)


def with_names(lines: QuerySet[StudyEntry]) -> QuerySet[StudyEntry]:
    # Few lines were corrected, and PostgreSQL plans eight joins at most as a whole: with more
    # it no longer began with the branch, and read all ten million lines for a page of fifty.
    few = ("reverses", "reversed_by", "posted_by__person")
    return lines.select_related("person", "branch", "rule", "session").prefetch_related(*few)


def _exact(total: Decimal | None) -> Decimal:
    # SQLite adds decimals as floating point numbers.
    return (total or Decimal(0)).quantize(Decimal("0.01"))
