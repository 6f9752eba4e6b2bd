"""Study at another branch: once at home, with a notice; replays in a column of their own."""

from datetime import timedelta
from decimal import Decimal

import pytest

from branches import ledger, membership, queries, verification
from branches.models import StudyEntry, StudyNotice, StudyTarget
from live.models import ReplayStudy
from live.signals import replay_watched
from tests.branches import school
from tests.branches.school import LATER, NINE, THAT_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def functional(city, session):
    return school.branch("书法缘", at=city, kind="functional", class_group=session.class_group)


def test_study_at_a_functional_branch_counts_once_at_home_and_sends_a_notice(
    city, branch, wang, session, functional
):
    public = school.person("赵小兰", at=city)
    for person in (wang, public):
        school.attendance(person, session)

    for _again in range(2):
        ledger.post_session(session=session, now=LATER)

    line = StudyEntry.objects.get(person=wang)
    assert (line.branch, line.at_branch) == (branch, functional)
    (notice,) = StudyNotice.objects.all()
    assert (notice.branch, notice.at_branch, notice.read_at) == (branch, functional, None)
    assert membership.lines_of_notices([notice]) == {notice.pk: [line]}


def test_study_at_home_sends_no_notice(branch, wang, session):
    branch.class_group = session.class_group
    branch.save()
    school.attendance(wang, session)

    ledger.post_session(session=session, now=LATER)

    assert StudyEntry.objects.get().at_branch == branch
    assert not StudyNotice.objects.exists()


def test_a_notice_of_study_corrected_away_tells_of_nobody(wang, session, functional):
    attendance = school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=1)
    ledger.post_session(session=session, now=LATER)

    notice = StudyNotice.objects.get()
    assert membership.lines_of_notices([notice]) == {notice.pk: []}


def test_a_session_of_three_levels_is_split_by_organisation_and_branch(
    city, branch, wang, session
):
    county = school.organisation("石桥县", under=city)
    theirs = school.branch("县支部", at=county)
    li = school.person("李国强", at=county)
    school.member(li, theirs)
    for person in (wang, li, school.person("赵小兰", at=county)):
        school.attendance(person, session)
    ledger.post_session(session=session, now=LATER)

    parts = membership.parts_of(StudyEntry.objects.filter(session=session))

    assert [(part.organisation, part.branch, part.people, part.hours) for part in parts] == [
        ("青岚市", "第三党支部", 1, Decimal(2)),
        ("石桥县", "县支部", 1, Decimal(2)),
        ("石桥县", "", 1, Decimal(2)),
    ]


# Replays


@pytest.fixture
def study(wang, session):
    return ReplayStudy.objects.create(
        classroom=session.classroom,
        person=wang,
        seconds=85 * 60,
        replay_seconds=90 * 60,
        seen_at=NINE + timedelta(days=2),
        enough_at=NINE + timedelta(days=2),
    )


def test_a_replay_is_posted_in_its_own_column_on_the_day_it_was_seen(branch, study):
    for _again in range(2):
        replay_watched.send(None, study=study)

    line = StudyEntry.objects.get()
    assert (line.source, line.mode, line.branch) == ("replay", "replay", branch)
    assert (line.studied_on, line.minutes) == (THAT_DAY + timedelta(days=2), 85)
    figures = queries.figures(StudyEntry.objects.all())
    assert (figures.hours, figures.hours_apart) == (0, Decimal(2))
    assert verification.verify().is_well


def test_a_replay_that_nobody_was_told_of_is_posted_by_the_scheduler(study):
    assert ledger.post_missed(now=LATER) == 1
    assert ledger.post_missed(now=LATER) == 0


def test_who_was_in_class_after_all_has_the_replay_taken_back(wang, session, study):
    replay_watched.send(None, study=study)
    school.attendance(wang, session)

    ledger.post_session(session=session, now=LATER)

    stands = StudyEntry.objects.filter(queries.STANDS)
    assert list(stands.values_list("source", flat=True)) == ["session"]
    assert verification.verify().is_well


# The year


def test_the_aim_of_a_year_is_the_offices_for_who_holds_one(city, branch, wang, session):
    zhao = school.person("赵建国", at=city)
    school.member(zhao, branch)
    school.office(zhao, branch)
    for day, hours in ((school.date(2025, 1, 1), 40), (school.date(2026, 1, 1), 32)):
        StudyTarget.objects.create(
            organisation=city, valid_from=day, member_hours=hours, office_hours=56
        )
    school.studied(wang, session)

    years = membership.years_of([wang, zhao], on=THAT_DAY)

    assert [(years[each.pk].hours, years[each.pk].target) for each in (wang, zhao)] == [
        (Decimal(2), 32),
        (Decimal(0), 56),
    ]


@pytest.mark.parametrize("people", [0, 1, 3])
def test_a_roster_costs_the_same_queries_however_many_members(
    city, branch, people, django_assert_max_num_queries
):
    for number in range(people):
        school.member(school.person(f"学员{number}", at=city), branch)

    with django_assert_max_num_queries(6):
        rows = membership.members(membership.memberships(branch, on=THAT_DAY), on=THAT_DAY)

    assert len(rows) == people


def test_members_are_found_by_rare_characters_and_listed_by_name(city, branch):
    for name in ("𠮷田花", "䶮小明", "买买提·阿不都"):
        school.member(school.person(name, at=city), branch)

    found = [
        [each.person.name for each in membership.memberships(branch, on=THAT_DAY, words=words)]
        for words in ("𠮷", "䶮", "买买提·阿不都", "无此人")
    ]

    assert found == [["𠮷田花"], ["䶮小明"], ["买买提·阿不都"], []]
