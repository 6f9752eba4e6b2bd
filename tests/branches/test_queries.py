"""Reading the branches: who may, and what the figures are."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import RoleGrant
from accounts.services import grant_role
from branches import ledger, queries
from branches.models import StudyEntry
from branches.quarters import Quarter
from live.models import StudyMode
from tests.branches import school
from tests.branches.school import LATER, NINE, THAT_DAY

pytestmark = pytest.mark.django_db

THIRD = Quarter(2026, 3)


def names(branches):
    return [branch.name for branch in branches]


# Who may


@pytest.fixture
def forest(city):
    """Two general branches with two branches each, in two counties."""
    roots = {}
    for county in "甲乙":
        place = school.organisation(f"{county}县", under=city)
        roots[county] = school.branch(f"{county}总支", at=place, level="general")
        for number in "一二":
            school.branch(f"{county}{number}支部", at=place, under=roots[county])
    return roots


def led(user):
    return sorted(names(queries.branches_led_by(user)))


def kept(user):
    return sorted(names(queries.branches_kept_by(user)))


@pytest.mark.parametrize("office", ["secretary", "deputy", "committee"])
def test_an_office_opens_the_books_of_the_branch_and_all_beneath_it(forest, office):
    person = school.person()
    school.office(person, forest["甲"], office=office)
    user = school.login(person)

    assert led(user) == kept(user) == ["甲一支部", "甲二支部", "甲总支"]


def test_an_office_in_a_branch_opens_neither_its_sister_nor_its_parent(forest):
    person = school.person()
    school.office(person, forest["甲"].get_children().get(name="甲一支部"))
    user = school.login(person)

    assert led(user) == kept(user) == ["甲一支部"]


@pytest.mark.parametrize(
    ("since", "until", "open_today"),
    [(-30, None, True), (-30, 1, True), (-30, 0, False), (1, None, False), (0, None, True)],
    ids=["in office", "last day", "yesterday was the last", "from tomorrow", "first day"],
)
def test_books_are_open_while_in_office(branch, since, until, open_today):
    today = timezone.localdate()
    person = school.person()
    school.office(
        person,
        branch,
        since=today + timedelta(days=since),
        until=None if until is None else today + timedelta(days=until),
    )

    assert led(school.login(person)) == (["第三党支部"] if open_today else [])


def test_the_bureau_reads_the_books_of_its_organisations_and_writes_none(forest, city):
    person = school.person()
    grant_role(
        person=person,
        role=RoleGrant.Role.BUREAU,
        organisation=city.get_children().get(name="甲县"),
    )
    user = school.login(person)

    assert led(user) == ["甲一支部", "甲二支部", "甲总支"]
    assert kept(user) == []


@pytest.mark.parametrize("role", [role for role in RoleGrant.Role if role != "bureau"])
def test_other_roles_open_no_books(forest, city, role):
    person = school.person()
    grant_role(person=person, role=role, organisation=city)

    assert led(school.login(person)) == []


def test_members_superusers_and_strangers(forest):
    member = school.person()
    school.member(member, forest["甲"])

    assert led(school.login(member)) == led(school.login()) == led(AnonymousUser()) == []
    assert len(led(school.login(is_superuser=True))) == 6


def test_the_door_of_a_branch_is_shut_to_others(branch, sister, secretary):
    assert queries.branch_led_by(secretary, branch.pk) == branch
    for door in (queries.branch_led_by, queries.branch_kept_by):
        for pk in (sister.pk, 0, 10**30):
            with pytest.raises(Http404):
                door(secretary, pk)


def test_a_line_is_found_in_its_branch_only(city, branch, sister, secretary, wang, session):
    line = school.studied(wang, session)
    elsewhere = school.person("李国强", at=city)
    school.member(elsewhere, sister)
    other = school.studied(elsewhere, session)

    assert queries.entry_led_by(secretary, branch_pk=branch.pk, pk=line.pk) == line
    for branch_pk, pk in [(branch.pk, other.pk), (sister.pk, other.pk), (sister.pk, line.pk)]:
        with pytest.raises(Http404):
            queries.entry_led_by(secretary, branch_pk=branch_pk, pk=pk)


def test_ones_own_line_is_ones_own(wang, session, secretary):
    line = school.studied(wang, session)

    assert queries.entry_of(wang, line.pk) == line
    with pytest.raises(Http404):
        queries.entry_of(secretary.person, line.pk)


# Branches


def test_branches_are_listed_with_secretary_members_and_what_is_to_do(
    city, branch, sister, secretary, wang, session, django_assert_num_queries
):
    general = school.branch("总支", at=city, level="general")
    branch.move(general, pos="last-child")
    left = school.person("李国强", at=city)
    school.member(left, branch, until=date(2021, 1, 1))
    school.studied(wang, session)
    boss = school.login(is_superuser=True)

    with django_assert_num_queries(1):
        found = [
            (each.name, each.secretary, each.members, each.unwritten)
            for each in queries.branch_list(boss, on=THAT_DAY)
        ]

    assert found == [
        ("姐妹支部", None, 0, 0),
        ("总支", None, 2, 0),
        ("第三党支部", "赵建国", 2, 1),
    ]


def test_members_are_those_of_the_day_by_name(city, branch):
    for name, since, until in [
        ("周玉梅", date(2026, 1, 1), None),
        ("陈志明", date(2026, 1, 1), THAT_DAY + timedelta(days=1)),
        ("李国强", date(2026, 1, 1), THAT_DAY),
        ("王秀兰", THAT_DAY + timedelta(days=1), None),
    ]:
        school.member(school.person(name, at=city), branch, since=since, until=until)

    assert names(queries.members_on(branch, THAT_DAY)) == ["陈志明", "周玉梅"]


# Figures


@pytest.fixture
def quarter_of_study(city, branch, wang, li):
    """Two persons, three meetings, one line corrected by attendance, one taken back."""
    group = school.class_group(at=city)
    first, second, third = (
        school.session(group, number=number, starts_at=NINE + timedelta(days=number))
        for number in (1, 2, 3)
    )
    school.studied(wang, first)
    corrected = school.attendance(li, first, minutes=90)
    ledger.post_session(session=first, now=LATER)
    school.correct(corrected, minutes=68)
    ledger.post_session(session=first, now=LATER)
    school.studied(wang, second, mode=StudyMode.REPLAY, minutes=45)
    taken_back = school.studied(li, third)
    ledger.reverse(entry=taken_back, by=school.login(), reason="请假", now=LATER)


def figures(branch, **chosen):
    found = queries.figures(queries.ledger(branch, quarter=THIRD, **chosen))
    return found.people, found.times, found.hours, found.hours_apart, found.minutes, found.lines


def test_people_times_and_hours_are_three_figures(branch, wang, li, quarter_of_study):
    assert figures(branch) == (2, 3, Decimal("3.5"), Decimal(1), 203, 7)
    assert figures(branch, person=wang) == (1, 2, Decimal(2), Decimal(1), 135, 2)
    assert figures(branch, person=li.pk) == (1, 1, Decimal("1.5"), Decimal(0), 68, 5)


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ("live", (2, 2, Decimal("3.5"), Decimal(0), 158, 6)),
        ("replay", (1, 1, Decimal(0), Decimal(1), 45, 1)),
        (queries.ALL_COUNTED, (2, 2, Decimal("3.5"), Decimal(0), 158, 6)),
        (queries.ALL_APART, (1, 1, Decimal(0), Decimal(1), 45, 1)),
        ("on_site", (0, 0, Decimal(0), Decimal(0), 0, 0)),
    ],
)
def test_figures_follow_the_mode(branch, quarter_of_study, mode, found):
    assert figures(branch, mode=mode) == found


def test_what_stands_adds_up_to_the_same_as_every_line(branch, quarter_of_study):
    every = queries.ledger(branch, quarter=THIRD)
    standing = queries.figures(every.filter(queries.STANDS))

    assert standing.lines == standing.times == queries.figures(every).times
    assert (standing.hours, standing.hours_apart, standing.minutes) == figures(branch)[2:5]


@pytest.mark.sqlite_only
def test_the_lines_that_stand_are_found_by_branch_and_day(branch):
    lines = queries.ledger(branch, quarter=THIRD).filter(queries.STANDS)

    assert "USING INDEX ledger_of_a_branch (branch_id=? AND studied_on>?" in lines.explain()


@pytest.mark.sqlite_only
def test_the_secretaries_of_a_session_are_looked_for_among_who_was_there(session):
    with CaptureQueriesContext(connection) as captured:
        queries.secretaries_there(session, on=THAT_DAY)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured[0]['sql']}")
        plan = [row[-1] for row in cursor.fetchall()]

    # Asked of each secretary of a province, all their lines were read.
    assert any("branches_studyentry" in step for step in plan)
    assert not any("CORRELATED" in step for step in plan)


def test_the_people_are_those_of_the_figures_by_name(branch, quarter_of_study):
    rows = queries.people_of(queries.ledger(branch, quarter=THIRD))

    assert [
        (row["person__name"], row["times"], row["hours"], row["hours_apart"]) for row in rows
    ] == [("李国强", 1, Decimal("1.5"), Decimal(0)), ("王秀兰", 2, Decimal(2), Decimal(1))]


def test_another_branch_is_in_no_line_and_no_total(city, branch, sister, quarter_of_study):
    stranger = school.person("马文远", at=city)
    school.member(stranger, sister)
    school.studied(stranger, school.session(school.class_group(at=city)))

    assert figures(branch)[:2] == (2, 3)
    assert figures(sister)[:2] == (1, 1)


def test_a_branch_above_counts_everything_beneath_it(city, branch, sister, quarter_of_study):
    general = school.branch("总支", at=city, level="general")
    branch.move(general, pos="last-child")
    general.refresh_from_db()

    assert figures(general)[:2] == (2, 3)


@pytest.mark.parametrize(
    ("starts_at", "in_quarter"),
    [
        (NINE.replace(month=6, day=30, hour=15), False),
        (NINE.replace(month=6, day=30, hour=16), True),
        (NINE.replace(month=9, day=30, hour=15), True),
        (NINE.replace(month=9, day=30, hour=16), False),
    ],
    ids=["last evening before", "first midnight", "last evening", "midnight after"],
)
def test_a_quarter_ends_at_midnight_at_the_school(city, branch, wang, starts_at, in_quarter):
    school.studied(wang, school.session(school.class_group(at=city), starts_at=starts_at))

    assert queries.ledger(branch, quarter=THIRD).exists() == in_quarter


def test_quarters_reach_from_the_first_line_to_today(city, branch, sister, wang):
    early = school.session(school.class_group(at=city), starts_at=NINE.replace(month=2))
    school.studied(wang, early)

    assert [each.code for each in queries.quarters_of(branch, on=THAT_DAY)] == [
        "2026Q3",
        "2026Q2",
        "2026Q1",
    ]
    assert [each.code for each in queries.quarters_of(sister, on=THAT_DAY)] == ["2026Q3"]


def test_the_ledger_can_be_filtered_by_whoever_has_lines_in_it(
    city, branch, sister, wang, li, quarter_of_study
):
    stranger = school.person("马文远", at=city)
    school.member(stranger, sister)
    school.studied(stranger, school.session(school.class_group(at=city)))
    other_quarter = Quarter(2026, 2)

    assert list(queries.people_in_ledger(branch, THIRD)) == [li, wang]
    assert list(queries.people_in_ledger(branch, other_quarter)) == []
    assert list(queries.people_in_ledger(branch, other_quarter, also=wang.pk)) == [wang]
    assert list(queries.people_in_ledger(branch, THIRD, also=stranger.pk)) == [li, wang]


def test_ones_own_lines_are_those_of_the_year_in_any_branch_or_none(city, wang):
    public = school.person("赵小兰", at=city)
    group = school.class_group(at=city)
    for number, starts_at in enumerate(
        [NINE.replace(month=12, day=31, hour=15), NINE.replace(month=12, day=31, hour=16)]
    ):
        school.studied(public, school.session(group, number=number, starts_at=starts_at))

    assert queries.my_entries(public, 2026).count() == 1
    assert queries.my_entries(public, 2027).count() == 1
    assert queries.my_entries(wang, 2026).count() == 0
    assert queries.first_year_of(public) == 2026
    assert queries.first_year_of(wang) is None


def test_the_history_of_a_line_is_every_line_of_the_same_evidence(wang, li, session):
    attendance = school.attendance(wang, session)
    school.attendance(li, session)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=68)
    ledger.post_session(session=session, now=LATER)
    first, reversal, second = StudyEntry.objects.filter(person=wang).order_by("pk")

    for line in (first, reversal, second):
        assert list(queries.history(line)) == [first, reversal, second]


def test_the_history_of_a_line_without_a_session_is_itself_and_its_reversal(wang, city):
    branch = wang.memberships.get().branch
    lines = [
        school.line(wang, title=title, branch=branch)
        for title in ("送学读本 第 1 册", "送学读本 第 2 册")
    ]
    reversal = ledger.reverse(entry=lines[0], by=school.login(), reason="记错", now=LATER)

    assert list(queries.history(lines[0])) == [lines[0], reversal]
    assert list(queries.history(reversal)) == [lines[0], reversal]
    assert list(queries.history(lines[1])) == [lines[1]]
