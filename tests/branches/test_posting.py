"""Posting any kind of evidence: once, under the cap of half a day, and chained."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from branches import chain, ledger, postings, queries
from branches.errors import NoHoursRule
from branches.models import HalfDay, LedgerBatch, LedgerTail, Source, StudyEntry
from branches.postings import Posting
from live.models import StudyMode
from tests.branches import school
from tests.branches.school import LATER, NINE, THAT_DAY

pytestmark = pytest.mark.django_db


def booklet(person, *, key=1, minutes=90, **facts):
    return Posting(
        person_id=person.pk,
        studied_on=THAT_DAY,
        minutes=minutes,
        title="送学读本 第 3 册",
        source=Source.DELIVERY,
        source_key=key,
        **{"mode": StudyMode.DELIVERED} | facts,
    )


def standing():
    lines = StudyEntry.objects.filter(queries.STANDS).order_by("source_key", "pk")
    return [(line.source_key, line.minutes, line.credit_hours, line.revision) for line in lines]


def test_any_evidence_is_posted_with_all_it_rests_on(city, branch, wang):
    functional = school.branch("书法缘", at=city, kind="functional")

    found = booklet(wang, whole_minutes=92, at_branch_id=functional.pk, is_branch_study=False)
    assert ledger.post([found], now=LATER) == 1

    line = StudyEntry.objects.get()
    assert (line.person, line.branch, line.at_branch) == (wang, branch, functional)
    assert (line.source, line.source_key, line.session) == (Source.DELIVERY, 1, None)
    assert (line.minutes, line.whole_minutes, line.credit_hours) == (90, 92, Decimal(2))
    assert (line.is_branch_study, line.title) == (False, "送学读本 第 3 册")


def test_the_same_evidence_again_adds_nothing(wang):
    for added in (1, 0, 0):
        assert ledger.post([booklet(wang)], now=LATER) == added

    assert standing() == [(1, 90, Decimal(2), 0)]


@pytest.mark.parametrize(
    ("again", "reason", "stands"),
    [
        ({"minutes": 45}, "送学更正：90 分钟改为 45 分钟", [(1, 45, Decimal(1), 1)]),
        ({"minutes": 0}, "送学更正：改为没有算上", []),
        ({"mode": StudyMode.OWN_STUDY}, "送学更正：送学改为自学", [(1, 90, Decimal(2), 1)]),
    ],
    ids=["other minutes", "counts no more", "another mode"],
)
def test_changed_evidence_is_reversed_and_posted_anew(wang, again, reason, stands):
    ledger.post([booklet(wang)], now=LATER)

    ledger.post([booklet(wang, **again)], now=LATER)

    assert [line.reason for line in StudyEntry.objects.filter(is_reversal=True)] == [reason]
    assert standing() == stands


def test_evidence_that_never_counted_leaves_no_trace(wang):
    assert ledger.post([booklet(wang, minutes=0)], now=LATER) == 0
    assert not LedgerBatch.objects.exists()


def test_people_without_a_rule_wait_and_the_others_are_posted(wang):
    elsewhere = school.person("李国强", at=school.organisation("无规则县"))

    with pytest.raises(NoHoursRule, match="无规则县") as raised:
        ledger.post([booklet(wang), booklet(elsewhere)], now=LATER)

    assert raised.value.appended == 1
    assert standing() == [(1, 90, Decimal(2), 0)]


def test_which_courses_count_as_branch_study_is_the_rules_word(city, wang):
    city.hours_rules.update(branch_subjects=["party"])

    ledger.post(
        [booklet(wang, key=1, subject="party"), booklet(wang, key=2, subject="dance")], now=LATER
    )

    counted = StudyEntry.objects.order_by("source_key").values_list("is_branch_study", flat=True)
    assert list(counted) == [True, False]


@pytest.mark.parametrize("name", ["䶮小明", "𠮷田", "买买提·阿不都"])
def test_rare_characters_are_posted_and_chained_as_written(city, name):
    ledger.post([booklet(school.person(name, at=city))], now=LATER)

    assert StudyEntry.objects.get().person.name == name


# Half a day


def half(person, key, minutes, **facts):
    return booklet(
        person, key=key, minutes=minutes, half_day=HalfDay.MORNING, **{"mode": "on_site"} | facts
    )


def test_half_a_day_counts_no_more_than_the_cap(wang):
    ledger.post([half(wang, 1, 135), half(wang, 2, 90), half(wang, 3, 45)], now=LATER)

    assert standing() == [
        (1, 135, Decimal(3), 0),
        (2, 90, Decimal(1), 0),
        (3, 45, Decimal(0), 0),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"half_day": HalfDay.AFTERNOON},
        {"half_day": ""},
        {"mode": StudyMode.REPLAY},
        {"studied_on": THAT_DAY + timedelta(days=1)},
    ],
    ids=["the other half", "no half", "counted apart", "another day"],
)
def test_what_is_not_of_that_half_day_is_not_shortened(wang, other):
    facts = {"half_day": HalfDay.MORNING, "mode": "on_site", "studied_on": THAT_DAY} | other
    second = Posting(
        person_id=wang.pk,
        minutes=90,
        title="第二堂",
        source=Source.DELIVERY,
        source_key=2,
        **facts,
    )

    ledger.post([half(wang, 1, 180), second], now=LATER)

    assert [hours for _, _, hours, _ in standing()] == [Decimal(4), Decimal(2)]


def test_the_order_of_posting_does_not_matter(wang):
    ledger.post([half(wang, 2, 135)], now=LATER)
    ledger.post([half(wang, 1, 90)], now=LATER)

    assert standing() == [(1, 90, Decimal(2), 0), (2, 135, Decimal(2), 1)]
    reasons = StudyEntry.objects.filter(is_reversal=True).values_list("reason", flat=True)
    assert list(reasons) == ["半天最多 4 学时，重新计算"]


def test_what_a_correction_sets_free_goes_to_the_rest_of_the_half_day(wang):
    ledger.post([half(wang, 1, 135), half(wang, 2, 90)], now=LATER)

    first = StudyEntry.objects.get(source_key=1)
    ledger.reverse(entry=first, by=school.login(), reason="记错", now=LATER)

    assert standing() == [(2, 90, Decimal(2), 1)]
    assert queries.figures(StudyEntry.objects.all()).hours == Decimal(2)


# Who asks the evidence again


def test_the_attendance_of_a_session_is_asked_of_its_own_table(wang, session):
    school.attendance(wang, session, minutes=80)

    (found,) = postings.recompute(Source.SESSION, keys=[session.pk])

    assert (found.person_id, found.minutes, found.whole_minutes) == (wang.pk, 80, 90)
    assert (found.studied_on, found.half_day) == (THAT_DAY, HalfDay.MORNING)
    assert not postings.is_registered(Source.EXTERNAL)


# The chain


def test_every_batch_follows_the_one_before(wang, session):
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    ledger.post([booklet(wang), booklet(wang, key=2)], now=LATER)

    first, second = LedgerBatch.objects.order_by("number")
    assert (first.number, first.count, second.number, second.count) == (1, 1, 2, 2)
    assert (bytes(first.previous_hash), first.hash) == (chain.NOTHING, second.previous_hash)
    tail = LedgerTail.objects.get()
    assert (tail.number, tail.hash) == (2, second.hash)
    latest = chain.batch_seed(bytes(second.previous_hash), 2)
    for line in second.lines.order_by("place"):
        latest = chain.line_hash(latest, [getattr(line, name) for name in chain.COVERED])
        assert bytes(line.hash) == latest
    assert latest == bytes(second.hash)


def test_the_database_refuses_to_change_a_batch(wang):
    ledger.post([booklet(wang)], now=LATER)

    for statement in (
        "UPDATE branches_ledgerbatch SET count = 9",
        "DELETE FROM branches_ledgerbatch",
    ):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize("people", [1, 30])
def test_posting_costs_the_same_queries_however_many_people(
    city, people, django_assert_num_queries
):
    found = [
        booklet(school.person(f"学员{number}", at=city), half_day=HalfDay.MORNING)
        for number in range(people)
    ]

    # Savepoint, lines, people, home branches, rules, half-days; savepoint, tail, batch,
    # lines, tail, and two savepoints released.
    with django_assert_num_queries(13):
        ledger.post(found, now=LATER)


def test_noon_divides_the_day(city, wang):
    for number, hours in enumerate((0, 2, 3, 10)):
        session = school.session(
            school.class_group(at=city), number=number, starts_at=NINE + timedelta(hours=hours)
        )
        school.attendance(wang, session)
        ledger.post_session(session=session, now=LATER)

    halves = StudyEntry.objects.order_by("source_key").values_list("half_day", flat=True)
    assert list(halves) == ["morning", "morning", "afternoon", "afternoon"]
