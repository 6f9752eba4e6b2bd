"""Activities: planned, invited to, closed, posted, recorded, corrected."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.files import merging
from accounts.models import Person
from branches import answer_links, citations, ledger, presence, queries, signing
from branches.activities import closing, inviting, making_up, planning
from branches.activities.closing import Mark
from branches.errors import ActivityChanged, ActivityRefused, NotAMember
from branches.models import (
    BranchActivity,
    BranchRecord,
    HoursRule,
    Participation,
    StudyEntry,
    StudyNotice,
)
from branches.upkeep import let_go, take_in
from courses.models import Letter
from live.models import Attendance, StudyMode
from tests.branches import school
from tests.branches.school import LATER, NINE, THAT_DAY, is_well, sheet, standing

pytestmark = pytest.mark.django_db

EARLY = NINE - timedelta(hours=12)


# Planning


@pytest.mark.parametrize(
    ("days", "minutes", "field"),
    [(0, 0, "ends"), (0, -30, "ends"), (0, 16 * 60, "ends"), (400, 90, "day"), (-400, 90, "day")],
    ids=["no length", "ends first", "over midnight", "far ahead", "long ago"],
)
def test_times_that_make_no_sense_are_refused_at_their_field(branch, days, minutes, field):
    with pytest.raises(ActivityRefused) as refused:
        school.activity(branch, starts_at=NINE + timedelta(days=days), minutes=minutes)
    assert refused.value.field == field


def test_a_chair_from_elsewhere_and_a_branch_that_is_no_more_are_refused(branch, sister, city):
    stranger = school.person("外人", at=city)
    school.member(stranger, sister)
    with pytest.raises(ActivityRefused) as refused:
        school.activity(branch, chair=stranger)
    assert refused.value.field == "chair"

    branch.ended_on = THAT_DAY
    branch.save()
    with pytest.raises(ActivityRefused, match="已经撤销"):
        school.activity(branch)


def test_of_two_who_edit_at_once_the_second_is_told_and_nothing_is_lost(activity, secretary):
    facts = {
        name: getattr(activity, name)
        for name in ("kind", "starts_at", "ends_at", "audience", "lecturer", "guests", "notes")
    } | {"topic": "改过的主题", "place": "大会议室", "chair": None, "recorder": None}
    seen = activity.edited_at
    planning.change(activity=activity, by=secretary, seen_at=seen, now=EARLY, **facts)

    with pytest.raises(ActivityChanged):
        planning.change(
            activity=activity, by=secretary, seen_at=seen, now=EARLY, **facts | {"topic": "后来的"}
        )
    activity.refresh_from_db()
    assert activity.topic == "改过的主题"
    with pytest.raises(ActivityChanged):
        closing.close(activity=activity, marks={}, by=secretary, seen_at=seen, now=LATER)


# Inviting and answering


def test_members_are_asked_once_told_of_changes_and_of_the_cancelling(
    activity, wang, li, secretary
):
    for _again in range(2):
        assert inviting.invite(activity=activity, now=EARLY) == 3
    activity.refresh_from_db()
    facts = {
        name: getattr(activity, name)
        for name in ("kind", "topic", "starts_at", "ends_at", "audience", "notes")
    } | {"place": "三楼", "lecturer": "", "guests": "", "chair": None, "recorder": None}
    planning.change(
        activity=activity, by=secretary, seen_at=activity.edited_at, now=EARLY, **facts
    )
    planning.cancel(activity=activity, reason="下大雨", by=secretary, now=EARLY)

    answer_at = answer_links.address(activity.people.get(person=wang))
    letters = Letter.objects.filter(person=wang).order_by("pk").values_list("text", flat=True)
    assert list(letters) == [
        "第三党支部请王秀兰参加主题党日“参观长征纪念馆”：9月17日 星期四 上午9点，在二楼会议室。"
        f"来不来，请点 {answer_at} 答复，或者告诉书记。",
        "王秀兰要参加的主题党日“参观长征纪念馆”改了：现在是9月17日 星期四 上午9点，在三楼。"
        "第三党支部",
        "王秀兰要参加的主题党日“参观长征纪念馆”（9月17日 星期四 上午9点）取消了：下大雨。"
        "第三党支部",
    ]


def test_only_the_chosen_the_office_or_the_group_is_due(city, branch, wang, li, secretary):
    group = school.branch("第一党小组", at=city, under=branch, level="group")
    sun = school.person("孙慧珍", at=city)
    school.member(sun, group)
    # The tree was changed beneath the fixture.
    branch.refresh_from_db()

    def due(**fields):
        made = school.activity(branch, by=secretary, **fields)
        return [person.name for person in queries.due_people(made)]

    assert due() == ["李国强", "孙慧珍", "王秀兰", "赵建国"]
    assert due(audience="office", kind="committee") == ["赵建国"]
    assert due(audience="group", group=group, kind="group") == ["孙慧珍"]
    assert due(audience="chosen", chosen=[wang, li]) == ["李国强", "王秀兰"]
    with pytest.raises(ActivityRefused, match="点名"):
        due(audience="chosen")


def test_an_answer_no_says_why_and_becomes_the_reason_on_the_record(activity, li, wang):
    row = activity.people.get(person=li)
    with pytest.raises(ActivityRefused) as refused:
        inviting.answer(row=row, answer="no", now=EARLY)
    assert refused.value.field == "reason"
    inviting.answer(row=row, answer="no", reason="住院", now=EARLY)
    with pytest.raises(ActivityRefused, match="已经开始"):
        inviting.answer(row=row, answer="yes", now=NINE)

    school.held(activity, wang)

    absent = sheet(activity=activity).absent
    assert {each["name"]: each["reason"] for each in absent} == {"李国强": "住院", "赵建国": ""}


# Closing


def test_closing_posts_drafts_and_may_be_repeated(activity, branch, wang, li, secretary):
    for _again in range(2):
        school.held(activity, wang, secretary.person, away=[(li, "外出")], by=secretary)
        ledger.post_missed(now=LATER)

    assert standing() == [("王秀兰", 90, Decimal(2)), ("赵建国", 90, Decimal(2))]
    line = StudyEntry.objects.first()
    assert (line.source, line.source_key) == ("activity", activity.pk)
    assert (line.title, line.is_branch_study) == ("主题党日 参观长征纪念馆", True)
    found = sheet()
    assert (found.kind, found.chair, found.recorder) == ("主题党日", "赵建国", "王秀兰")
    assert (found.due, found.present) == (3, [("on_site", ["王秀兰", "赵建国"])])
    assert found.absent == [{"name": "李国强", "reason": "外出", "made_up": ""}]
    assert is_well() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_at_once_one_is_told_and_one_list_stands():
    city = school.organisation("青岚市")
    school.rule(city)
    branch = school.branch(at=city)
    people = [school.person(name, at=city) for name in ("王秀兰", "李国强")]
    for person in people:
        school.member(person, branch)
    activity = school.activity(branch)
    both = threading.Barrier(2)
    results = {}

    def run(person):
        both.wait(timeout=10)
        try:
            results[person] = closing.close(
                activity=activity,
                marks={person.pk: Mark(True)},
                by=None,
                seen_at=activity.edited_at,
                now=LATER,
            )
        except ActivityChanged:
            results[person] = "told"
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results.values(), key=str) == [True, "told"]
    (first,) = (person for person, said in results.items() if said is True)
    assert [line.person for line in StudyEntry.objects.all()] == [first]
    assert BranchRecord.objects.count() == 1


def test_before_it_begins_nobody_was_there(activity, wang):
    with pytest.raises(ActivityRefused, match="还没有开始"):
        school.held(activity, wang, now=EARLY)
    assert not StudyEntry.objects.exists()


def test_a_stranger_on_the_list_is_refused(activity, city):
    with pytest.raises(NotAMember):
        school.held(activity, school.person("外人", at=city))


def test_volunteering_is_counted_apart_and_never_as_study(branch, wang, secretary):
    made = school.activity(branch, kind="volunteer", minutes=120, by=secretary)
    school.held(made, wang, secretary.person)

    assert ledger.post_missed(now=LATER) == 0
    assert not StudyEntry.objects.exists()
    assert queries.volunteer_minutes(queries.activities(branch)) == 240
    # As with a class: the secretary who was there is put down as chair.
    assert (sheet().present_count, sheet().chair) == (2, "赵建国")


def test_without_a_rule_the_activity_is_closed_and_the_scheduler_posts_it_later(
    city, activity, wang
):
    HoursRule.objects.all().delete()
    school.held(activity, wang)
    assert activity.closed_at
    assert ledger.post_missed(now=LATER) == 0

    school.rule(city)
    assert ledger.post_missed(now=LATER) == 1
    assert ledger.post_missed(now=LATER) == 0
    assert is_well() == 1


def test_who_left_that_day_is_not_due_and_who_comes_late_into_the_books_is(
    city, activity, branch, sister, wang, li, secretary
):
    school.held(activity, wang, li, by=secretary)
    assert sheet().due == 3

    let_go(membership=li.memberships.get(), ends_on=THAT_DAY, by=secretary, now=LATER)
    sun = school.person("孙慧珍", at=city)
    take_in(branch=branch, person=sun, starts_on=date(2026, 9, 1), by=secretary, now=LATER)

    found = sheet()
    # Present though no member that day: on the list, as somebody who came without being due.
    assert (found.due, found.present_count) == (4, 2)
    assert [each["name"] for each in found.absent] == ["孙慧珍", "赵建国"]
    assert StudyEntry.objects.get(queries.STANDS, person=li).branch is None
    is_well()


def test_who_was_picked_and_left_that_day_is_not_due(branch, wang, li, secretary):
    made = school.activity(branch, audience="chosen", chosen=[wang, li], by=secretary)
    li.memberships.update(ends_on=THAT_DAY)

    school.held(made, wang, by=secretary)

    assert (sheet().due, sheet().absent) == (1, [])


# Correcting


def test_a_correction_reverses_with_reason_and_name_and_may_be_taken_back(
    activity, wang, li, secretary
):
    school.held(activity, wang, li, by=secretary)
    moments = [LATER + timedelta(hours=hour) for hour in (1, 2)]
    for now, present in zip(moments, (False, True), strict=True):
        activity.refresh_from_db()
        closing.correct(
            activity=activity,
            marks={wang.pk: Mark(present)},
            reason="看错了签到表",
            by=secretary,
            seen_at=activity.edited_at,
            now=now,
        )
        assert len(standing(person=wang)) == int(present)
        is_well()

    reversal = StudyEntry.objects.get(is_reversal=True)
    assert "看错了签到表" in reversal.reason
    assert reversal.posted_by == secretary
    assert ledger.post_missed(now=LATER) == 0
    assert standing() == [("李国强", 90, Decimal(2)), ("王秀兰", 90, Decimal(2))]


def test_a_line_taken_back_by_hand_stays_so_until_the_list_is_written_anew(
    activity, wang, secretary
):
    school.held(activity, wang, by=secretary)
    ledger.reverse(
        entry=StudyEntry.objects.get(), by=secretary, reason="没来", now=LATER + timedelta(hours=1)
    )

    assert ledger.post_missed(now=LATER + timedelta(hours=2)) == 0
    assert standing() == []


@pytest.mark.parametrize(
    ("reason", "present", "words"),
    [("", False, "原因"), ("看错了", True, "一样")],
    ids=["without a reason", "nothing differs"],
)
def test_a_correction_needs_a_reason_and_a_difference(
    activity, wang, secretary, reason, present, words
):
    school.held(activity, wang, by=secretary)
    with pytest.raises(ActivityRefused, match=words):
        closing.correct(
            activity=activity,
            marks={wang.pk: Mark(present)},
            reason=reason,
            by=secretary,
            seen_at=activity.edited_at,
        )


def test_a_signed_record_stays_as_it_was_and_is_marked(activity, wang, li, secretary):
    school.held(activity, wang, li, by=secretary)
    record = BranchRecord.objects.get()
    record.said = "参观了展厅。"
    record.save()
    version = signing.sign(
        record=record, signed_on=THAT_DAY, by=secretary, seen_at=None, now=LATER
    )

    closing.correct(
        activity=activity,
        marks={wang.pk: Mark(False, reason="生病")},
        reason="看错了",
        by=secretary,
        seen_at=activity.edited_at,
        now=LATER + timedelta(hours=1),
    )

    record.refresh_from_db()
    version.refresh_from_db()
    assert record.facts_changed_at
    assert version.snapshot["present"] == [["on_site", ["李国强", "王秀兰"]]]
    second = signing.follow_facts(record=record, by=secretary)
    assert second.snapshot["present"] == [["on_site", ["李国强"]]]


def test_a_corrected_time_is_posted_anew(activity, wang, secretary):
    school.held(activity, wang, by=secretary)
    facts = {
        name: getattr(activity, name)
        for name in ("kind", "topic", "place", "starts_at", "audience", "notes", "guests")
    } | {"lecturer": "", "chair": None, "recorder": None, "ends_at": NINE + timedelta(minutes=45)}
    later = LATER + timedelta(hours=1)
    change = {"activity": activity, "by": secretary, "seen_at": activity.edited_at, "now": later}
    with pytest.raises(ActivityRefused, match="原因"):
        planning.change(**change, **facts)
    planning.change(**change, reason="早散会", **facts)

    assert standing() == [("王秀兰", 45, Decimal(1))]
    assert "早散会" in StudyEntry.objects.get(is_reversal=True).reason
    is_well()


def plan_of(activity, **changes):
    names = ("kind", "topic", "place", "starts_at", "ends_at", "audience", "notes", "guests")
    facts = {name: getattr(activity, name) for name in names}
    return facts | {"lecturer": "", "chair": None, "recorder": None} | changes


def test_what_a_corrected_activity_is_called_stands_in_the_ledger_anew(
    activity, wang, li, secretary
):
    school.held(activity, wang, by=secretary)
    facts = {"record": BranchRecord.objects.get(), "person": li, "how": "booklet"}
    facts |= {"material": "读本", "made_up_on": THAT_DAY + timedelta(days=2), "by": secretary}
    making_up.make_up(minutes=45, now=LATER + timedelta(days=3), **facts)
    later = {"starts_at": NINE + timedelta(hours=6), "ends_at": NINE + timedelta(hours=7.5)}
    corrections = [
        ({"topic": "参观长征展览馆"}, "写错了馆名", True),
        # As many minutes, but of another half-day.
        (later, "是下午", True),
        ({"kind": "volunteer"}, "是志愿服务", False),
        ({"kind": "theme"}, "还是主题党日", True),
    ]
    changes = {}
    for number, (change, reason, counts) in enumerate(corrections, 1):
        changes |= change
        activity.refresh_from_db()
        planning.change(
            activity=activity,
            by=secretary,
            seen_at=activity.edited_at,
            reason=reason,
            now=LATER + timedelta(days=4, hours=number),
            **plan_of(activity, **changes),
        )
        called = {line.person: line.title for line in StudyEntry.objects.filter(queries.STANDS)}
        title = "主题党日 参观长征展览馆"
        assert called == ({wang: title, li: f"补学：{title}"} if counts else {})
        assert ledger.post_missed(now=LATER + timedelta(days=5), days=None) == 0
        is_well()
    reversals = StudyEntry.objects.filter(person=wang, is_reversal=True).order_by("pk")
    assert [line.reason for line in reversals] == [
        "活动更正：“主题党日 参观长征纪念馆”改为“主题党日 参观长征展览馆”（写错了馆名）",
        "活动更正：上午改为下午（是下午）",
        "活动更正：改为没有算上（是志愿服务）",
    ]
    assert {line.posted_by for line in reversals} == {secretary}
    # What is taken back says what it said.
    assert reversals[0].title == "主题党日 参观长征纪念馆"


def test_merged_files_are_one_participant_and_part_again(city, activity, branch, wang, li):
    twin = school.person("王秀蓝", at=city)
    school.member(twin, branch)
    activity.people.create(person=twin)
    school.held(activity, twin)
    twin.memberships.all().delete()

    made = merging.merge(kept=wang, dropped=twin, by=None, now=LATER)
    assert standing() == [("王秀兰", 90, Decimal(2))]
    assert sheet().present == [("on_site", ["王秀兰"])]
    # Of everybody one row, wherever they are counted.
    listed = queries.activities(branch).get()
    assert (listed.due, listed.present) == (len(sheet().absent) + 1, 1)
    assert queries.records(branch).get().present == 1
    BranchActivity.objects.update(kind="volunteer")
    assert queries.volunteer_minutes(BranchActivity.objects.all()) == listed.minutes
    assert [each.name for each in citations.volunteers_of(branch, year=2026)] == ["王秀兰"]
    BranchActivity.objects.update(kind="theme")
    is_well()

    merging.undo(merge=made, by=None, now=LATER)
    assert standing() == [("王秀蓝", 90, Decimal(2))]
    is_well()


# Watching a class together


def test_who_was_in_the_class_has_its_line_and_the_others_that_of_the_activity(
    branch, wang, li, session, secretary
):
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    made = school.activity(branch, session=session, kind="lecture", by=secretary)
    marks = {li.pk: Mark(True, StudyMode.SHARED_SCREEN)}
    closing.close(activity=made, marks=marks, by=None, seen_at=made.edited_at, now=LATER)

    lines = StudyEntry.objects.filter(queries.STANDS).order_by("source")
    assert [(line.source, line.person) for line in lines] == [("activity", li), ("session", wang)]
    (record,) = BranchRecord.objects.filter(branch=branch)
    assert (record.activity, record.session) == (made, session)
    assert sheet().present == [("live", ["王秀兰"]), ("shared", ["李国强"])]

    # The class finds out that Li had been logged in as well: one line, that of the class.
    school.attendance(li, session)
    ledger.post_session(session=session, now=LATER + timedelta(hours=1))
    assert [line.source for line in StudyEntry.objects.filter(queries.STANDS, person=li)] == [
        "session"
    ]
    is_well()


def test_the_class_is_taken_over_in_the_same_queries_however_many_watched(
    branch, session, secretary, django_assert_num_queries
):
    def watched_by(count, *, queries, minutes=90):
        people = Person.objects.filter(name__startswith="某").order_by("pk")
        for number in range(len(people), count):
            school.member(school.person(f"某{number}", at=branch.organisation), branch)
        for person in people.all():
            Attendance.objects.filter(person=person).delete()
            school.attendance(person, session, minutes=minutes, present=minutes > 0)
        with django_assert_num_queries(queries):
            presence.take_from_class(made, now=LATER)
        there = Participation.objects.filter(activity=made, is_present=True)
        assert there.count() == (count if minutes else 0)

    made = school.activity(branch, session=session, by=secretary)
    watched_by(1, queries=3)
    watched_by(6, queries=3)
    watched_by(6, queries=2)
    watched_by(6, queries=3, minutes=0)


def test_a_meeting_that_is_planned_away_leaves_the_activity(city, branch, secretary):
    session = school.session(school.class_group(at=city), closed=False)
    made = school.activity(branch, session=session, by=secretary)
    session.delete()
    made.refresh_from_db()
    assert made.session is None


def test_what_the_class_knows_is_corrected_in_the_class(branch, wang, session, secretary):
    school.attendance(wang, session)
    made = school.activity(branch, session=session, by=secretary)
    school.held(made)
    with pytest.raises(ActivityRefused, match="在课堂里到了"):
        closing.correct(
            activity=made,
            marks={wang.pk: Mark(False)},
            reason="没来",
            by=secretary,
            seen_at=made.edited_at,
        )


# Several branches


def test_a_functional_branch_counts_at_home_once_sends_a_notice_and_has_its_record(
    city, branch, wang, li, secretary
):
    functional = school.branch("书法缘", at=city, kind="functional")
    school.member(wang, functional)
    school.held(school.activity(functional), wang)

    line = StudyEntry.objects.get()
    assert (line.branch, line.at_branch) == (branch, functional)
    notice = StudyNotice.objects.get()
    assert (notice.branch, notice.at_branch) == (branch, functional)
    record = BranchRecord.objects.get()
    assert (record.branch, sheet().present_count) == (functional, 1)


def test_a_functional_branch_of_a_class_has_a_record_beside_those_of_the_homes(
    city, branch, wang, session
):
    functional = school.branch(
        "书法缘", at=city, kind="functional", class_group=session.class_group
    )
    school.member(wang, functional)
    li = school.person("李国强", at=city)
    school.member(li, functional)
    for person in (wang, li):
        school.seat(person, session)
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)

    names = BranchRecord.objects.order_by("branch__name").values_list("branch__name", flat=True)
    assert list(names) == ["书法缘", "第三党支部"]
    found = sheet(branch=functional)
    assert (found.due, found.present_count, found.away) == (2, 1, ["李国强"])
    assert {record.branch.name: record.present for record in queries.records(functional)} == {
        "书法缘": 1
    }


def test_branches_beneath_the_host_have_records_of_their_own_and_groups_stand_on_them(city):
    general = school.branch("党总支", at=city, level="general")
    first = school.branch("第一支部", at=city, under=general)
    group = school.branch("第一党小组", at=city, under=first, level="group")
    second = school.branch("第二支部", at=city, under=general)
    people = [school.person(name, at=city) for name in ("甲", "乙", "丙")]
    for person, home in zip(people, (first, group, second), strict=True):
        school.member(person, home)
    general.refresh_from_db()
    school.held(school.activity(general, kind="lecture"), *people[:2])

    found = {record.branch.name: record.present for record in queries.records(general)}
    assert found == {"党总支": 2, "第一支部": 2}
    assert sheet(branch=general).due == 3
    assert sheet(branch=first).due == 2


# All of it


def test_the_command_posts_and_verifies_activities(activity, wang, capsys):
    school.held(activity, wang)
    call_command("post_study")
    call_command("verify_ledger")
    assert "Differences: 0" in capsys.readouterr().out


def test_posting_takes_the_same_queries_however_many_came(city, branch, django_assert_num_queries):
    def queries_of(people):
        for number in range(people):
            school.member(school.person(f"某{number}", at=city), branch)
        made = school.activity(branch)
        there = [row.person for row in Participation.objects.filter(activity=made)]
        school.held(made, *there)
        with django_assert_num_queries(15):
            ledger.post_activity(activity=made, now=LATER)

    queries_of(1)
    queries_of(5)
