"""A new rule: what it would change is shown, and exactly that is written."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from branches import ledger, queries, ruling, verification
from branches.errors import RuleRefused
from branches.models import HoursRule, StudyEntry
from live.models import StudyMode
from tests.branches import school
from tests.branches.school import LATER, THAT_DAY

pytestmark = pytest.mark.django_db


def rule(at, **facts):
    return HoursRule(
        **{"organisation": at, "version": "2026-2", "valid_from": date(2026, 9, 1)} | facts
    )


def standing():
    lines = StudyEntry.objects.filter(queries.STANDS).order_by("person__pinyin", "source_key")
    return [(line.person.name, line.credit_hours, line.rule.version) for line in lines]


@pytest.fixture
def studied(city, branch, wang):
    """Wang and Zhao in two classes of one morning, 90 and 40 minutes; a replay of Wang's."""
    zhao = school.person("赵小兰", at=city)
    group = school.class_group(at=city)
    for number, minutes in enumerate((90, 40)):
        session = school.session(group, number=number + 1)
        school.studied(wang, session, minutes=minutes)
    school.studied(zhao, session, minutes=90)
    replayed = school.session(group, number=9)
    school.studied(wang, replayed, minutes=45, mode=StudyMode.REPLAY)


def test_the_dry_run_names_who_would_change_and_writes_nothing(city, studied):
    before = standing()

    outlook = ruling.outlook(rule(city, minutes_per_hour=60, step=Decimal(1)))

    assert (outlook.lines, outlook.changed) == (4, 4)
    assert (outlook.before, outlook.after) == (Decimal("5.5"), Decimal(2))
    people = [(row.person.name, row.before, row.after) for row in outlook.people]
    assert people == [("王秀兰", Decimal("2.5"), Decimal(1)), ("赵小兰", Decimal(2), Decimal(1))]
    apart = [(row.before_apart, row.after_apart) for row in outlook.people]
    assert apart == [(Decimal(1), Decimal(0)), (Decimal(0), Decimal(0))]
    assert standing() == before
    assert HoursRule.objects.count() == 1


def test_put_in_force_it_writes_what_was_shown(city, studied):
    by = school.login(school.person("郑敏", at=city))
    new = rule(city, minutes_per_hour=60, step=Decimal(1))
    outlook = ruling.outlook(new)

    ruling.put_in_force(rule=new, by=by, now=LATER)

    after = sum(line.credit_hours for line in StudyEntry.objects.filter(queries.STANDS))
    assert after == outlook.after
    reversals = StudyEntry.objects.filter(is_reversal=True)
    assert set(reversals.values_list("reason", "posted_by")) == {("学时规则改为 2026-2", by.pk)}
    assert ruling.outlook(new).changed == 0
    assert verification.verify().is_well
    for session in {line.session for line in StudyEntry.objects.all()}:
        assert ledger.post_session(session=session, now=LATER) == 0


def test_what_comes_to_the_same_stays_as_it_was_written(city, studied):
    by = school.login()

    assert ruling.put_in_force(rule=rule(city, grace_minutes=4), by=by, now=LATER) == 0

    assert {version for _, _, version in standing()} == {"2026-1"}


def test_only_study_since_its_first_day_and_beneath_its_organisation_changes(city, studied):
    county = school.organisation("石桥县", under=city)
    by = school.login()

    for new in (
        rule(city, version="以后", valid_from=THAT_DAY + timedelta(days=1), minutes_per_hour=60),
        rule(county, minutes_per_hour=60),
    ):
        assert ruling.outlook(new).lines == 0
        assert ruling.put_in_force(rule=new, by=by, now=LATER) == 0


def test_a_nearer_rule_keeps_its_people(city, branch):
    county = school.organisation("石桥县", under=city)
    school.rule(county, version="县")
    school.studied(school.person("李国强", at=county), school.session(school.class_group(at=city)))

    assert ruling.outlook(rule(city, minutes_per_hour=60)).lines == 0


def test_a_cap_set_in_mid_year_shortens_half_days_and_its_end_gives_them_back(city, studied):
    by = school.login()

    ruling.put_in_force(rule=rule(city, cap_per_half_day=Decimal(2)), by=by, now=LATER)
    assert [hours for name, hours, _ in standing() if name == "王秀兰"] == [2, 0, 1]

    free = rule(city, version="3", valid_from=date(2026, 9, 2), cap_per_half_day=None)
    ruling.put_in_force(rule=free, by=by, now=LATER)
    assert [hours for name, hours, _ in standing() if name == "王秀兰"] == [2, 0.5, 1]
    assert verification.verify().is_well


def test_which_courses_count_as_branch_study_can_change(city, studied):
    new = rule(city, branch_subjects=["party"])

    assert ruling.outlook(new).changed == 4
    ruling.put_in_force(rule=new, by=school.login(), now=LATER)

    kinds = StudyEntry.objects.filter(queries.STANDS).values_list("is_branch_study", flat=True)
    assert set(kinds) == {False}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"version": "2026-1"}, "这个版本已经有了"),
        ({"valid_from": date(2026, 1, 1)}, "从这一天起已经有一个规则"),
    ],
    ids=["version", "day"],
)
def test_a_version_or_a_day_that_is_taken_is_refused(city, facts, words):
    with pytest.raises(RuleRefused, match=words):
        ruling.put_in_force(rule=rule(city, **facts), by=school.login(), now=LATER)

    assert HoursRule.objects.count() == 1


def test_a_second_aim_from_the_same_day_is_refused_in_words(city):
    facts = {"organisation": city, "member_hours": 32, "office_hours": 56}
    ruling.aim(valid_from=date(2027, 1, 1), **facts)

    with pytest.raises(RuleRefused, match="已经有一个目标"):
        ruling.aim(valid_from=date(2027, 1, 1), **facts)


def test_what_no_rule_counted_is_posted_when_one_reaches_back_to_it(
    city, branch, wang, django_capture_on_commit_callbacks
):
    """Older than the scheduler looks: it would wait for ever."""
    old = school.session(school.class_group(at=city), starts_at=school.NINE - timedelta(days=500))
    school.seat_once(wang, old, since=school.NINE - timedelta(days=600))
    school.attendance(wang, old)
    assert ledger.post_missed(days=None) == 0

    with django_capture_on_commit_callbacks(execute=True):
        ruling.put_in_force(
            rule=rule(city, version="2025-1", valid_from=date(2025, 1, 1)), by=school.login()
        )

    assert [version for _name, _hours, version in standing()] == ["2025-1"]
    assert verification.verify().is_well
