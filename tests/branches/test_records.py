"""Records: drafted once for every home branch that was there, completed by hand."""

from datetime import date, timedelta

import pytest

from branches import ledger, queries, records, upkeep
from branches.errors import NotAMember, RecordChanged
from branches.models import BranchRecord
from branches.sheets import sheet_of
from courses.models import ClassGroup
from live.models import StudyMode
from tests.branches import school
from tests.branches.school import LATER, NINE, THAT_DAY

pytestmark = pytest.mark.django_db


def drafted():
    rows = BranchRecord.objects.select_related("branch", "chair").order_by("branch__name")
    return [(row.branch.name, row.chair and row.chair.name) for row in rows]


def test_posting_drafts_a_record_for_every_home_branch_that_was_there(
    city, branch, sister, wang, session
):
    functional = school.branch("书法缘", at=city, kind="functional")
    school.member(wang, functional)
    elsewhere = school.person("李国强", at=city)
    school.member(elsewhere, sister)
    absent = school.person("马文远", at=city)
    school.member(absent, school.branch("没来的支部", at=city))
    school.attendance(absent, session, minutes=10)
    for person in (wang, elsewhere):
        school.attendance(person, session)

    ledger.post_session(session=session, now=LATER)

    assert drafted() == [("姐妹支部", None), ("第三党支部", None)]


def test_a_secretary_who_was_there_is_put_down_as_chair(branch, secretary, wang, session):
    for person in (wang, secretary.person):
        school.attendance(person, session)

    ledger.post_session(session=session, now=LATER)

    assert drafted() == [("第三党支部", "赵建国")]


def test_a_secretary_who_was_not_there_is_not_put_down(branch, secretary, wang, session):
    school.attendance(wang, session)

    ledger.post_session(session=session, now=LATER)

    assert drafted() == [("第三党支部", None)]


def test_drafting_again_leaves_what_was_written(branch, wang, session, secretary):
    record = complete(record_of(wang, session), by=secretary, said="讲了横画")

    ledger.post_session(session=session, now=LATER)
    assert records.draft(session=session, now=LATER) == 0

    record.refresh_from_db()
    assert (record.said, BranchRecord.objects.count()) == ("讲了横画", 1)


def record_of(person, session):
    school.studied(person, session)
    return BranchRecord.objects.get()


def complete(record, *, by, **facts):
    facts = {
        "said": "",
        "decided": "",
        "chair": None,
        "recorder": None,
        "seen_at": record.edited_at,
        "now": LATER,
    } | facts
    return records.complete(record=record, by=by, **facts)


def test_completing_keeps_what_was_written_when_and_by_whom(wang, session, secretary):
    record = record_of(wang, session)

    complete(
        record, by=secretary, said=" 讲了横画 ", decided="", chair=secretary.person, recorder=wang
    )

    record.refresh_from_db()
    assert (record.said, record.chair, record.recorder) == ("讲了横画", secretary.person, wang)
    assert (record.edited_at, record.edited_by) == (LATER, secretary)


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(wang, session, secretary):
    record = record_of(wang, session)
    complete(record, by=secretary, said="先存的")

    with pytest.raises(RecordChanged):
        complete(record, by=secretary, said="后存的", seen_at=None)

    record.refresh_from_db()
    assert record.said == "先存的"


def test_only_members_of_that_day_can_be_named(city, branch, wang, session, secretary):
    record = record_of(wang, session)
    later = school.person("李国强", at=city)
    school.member(later, branch, since=THAT_DAY + timedelta(days=1))

    for name in ("chair", "recorder"):
        with pytest.raises(NotAMember):
            complete(record, by=secretary, **{name: later})

    record.refresh_from_db()
    assert record.edited_at is None


# The sheet


def sheet(secretary, branch, session):
    pk = session.branch_records.get(branch=branch).pk
    return sheet_of(queries.record_led_by(secretary, branch_pk=branch.pk, pk=pk))


def away(found):
    return [absent["name"] for absent in found.absent]


def test_the_sheet_says_who_was_due_who_was_there_and_who_was_not(
    city, branch, sister, secretary, wang, session
):
    def person(name, at, *, seat=True, until=None, **attendance):
        made = school.person(name, at=city)
        school.member(made, at)
        if seat:
            school.seat(made, session, until=until)
        if attendance:
            school.attendance(made, session, **attendance)
        return made

    person("陈志明", branch, minutes=90, mode=StudyMode.ON_SITE)
    person("李国强", branch, minutes=90)
    person("周玉梅", branch, minutes=90, seat=False)
    person("马文远", branch, minutes=41)
    person("张桂芳", branch)
    person("刘淑英", branch, until=NINE - timedelta(days=1))
    person("吴德山", branch, until=NINE + timedelta(days=1))
    person("何素芬", branch, seat=False)
    person("郭永福", sister, minutes=90)
    school.seat(wang, session)
    ledger.post_session(session=session, now=LATER)

    found = sheet(secretary, branch, session)

    assert found.by_mode == [
        ("现场", ["陈志明"]),
        ("直播", ["李国强", "周玉梅"]),
    ]
    assert away(found) == ["马文远", "王秀兰", "吴德山", "张桂芳"]
    assert (found.due_count, found.present_count) == (7, 3)


def test_the_sheet_gives_the_times_that_were_really_taught(branch, secretary, wang, session):
    room = session.classroom
    room.started_at, room.ended_at = NINE + timedelta(minutes=2), NINE + timedelta(minutes=95)
    room.save()
    school.studied(wang, session)

    found = sheet(secretary, branch, session)

    assert (found.starts_at, found.ends_at) == (room.started_at, room.ended_at)
    assert (found.topic, found.lecturer) == ("行书入门 第 1 讲 横画", "沈文清")


@pytest.mark.parametrize(
    ("mode", "room", "place"),
    [
        (ClassGroup.Mode.ONLINE, "二楼", "网上"),
        (ClassGroup.Mode.ON_SITE, "二楼", "二楼"),
        (ClassGroup.Mode.BOTH, "二楼", "二楼，网上同步"),
        (ClassGroup.Mode.BOTH, "", "现场，网上同步"),
    ],
)
def test_the_sheet_says_where(city, branch, secretary, wang, mode, room, place):
    session = school.session(school.class_group(at=city, mode=mode, room=room))
    school.studied(wang, session)

    assert sheet(secretary, branch, session).place == place


def test_the_sheet_says_what_is_still_missing(branch, secretary, wang, session):
    record = record_of(wang, session)
    assert sheet(secretary, branch, session).gaps == ["主持", "记录", "学习内容和发言"]

    complete(record, by=secretary, said="讲了横画", chair=wang, recorder=wang)

    assert sheet(secretary, branch, session).gaps == []


def test_somebody_taken_back_in_the_ledger_is_absent_on_the_sheet(
    branch, secretary, wang, session
):
    school.seat(wang, session)
    line = school.studied(wang, session)
    ledger.reverse(entry=line, by=secretary, reason="家人代开", now=LATER)

    found = sheet(secretary, branch, session)

    assert (found.present, away(found)) == ([], ["王秀兰"])


@pytest.mark.parametrize("records_kept", [1, 3])
def test_the_list_counts_who_was_there_in_one_query(
    city, branch, wang, records_kept, django_assert_num_queries
):
    group = school.class_group(at=city)
    for number in range(records_kept):
        school.studied(
            wang, school.session(group, number=number, starts_at=NINE + timedelta(number))
        )

    with django_assert_num_queries(1):
        found = [
            (record.present, str(record.branch), str(record.session))
            for record in queries.records(branch)
        ]

    assert [present for present, _branch, _session in found] == [1] * records_kept


def test_membership_dated_back_later_changes_no_drafted_record(
    city, branch, sister, wang, session
):
    school.studied(wang, session)
    wang.memberships.update(ends_on=date(2026, 9, 1))
    school.member(wang, sister, since=date(2026, 9, 1))

    ledger.post_session(session=session, now=LATER)

    assert drafted() == [("第三党支部", None)]


@pytest.mark.parametrize("kept", [False, True], ids=["untouched", "written into"])
def test_the_draft_of_a_branch_that_was_not_there_after_all_goes_unless_written_into(
    city, branch, sister, wang, session, secretary, kept
):
    school.studied(wang, session)
    record = BranchRecord.objects.get()
    if kept:
        complete(record, by=secretary, said="讲了横画。")

    upkeep.take_in(branch=sister, person=wang, starts_on=THAT_DAY, by=secretary, now=LATER)

    assert BranchRecord.objects.filter(branch=sister).count() == 1
    assert BranchRecord.objects.filter(branch=branch).exists() is kept
