"""What the pages of the office say, and that they lose nothing that was typed."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import services
from courses import planning
from courses.models import CalendarDay, ClassGroup, Enrolment, RegistrationRound, Term
from courses.planning import classes, holidays
from courses.views import planning_classes
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(client):
    """A term that begins in two weeks, a class in it, and the registrar at the screen."""
    unit = factories.organisation("青岚老年大学")
    today = timezone.localdate()
    starts_on = today + timedelta(days=14 - today.weekday())
    term = Term.objects.create(
        organisation=unit,
        name="秋季学期",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(weeks=18),
    )
    group = factories.class_group(
        term=term, name="行书", weekday=2, starts_at_time=time(9), room="画室"
    )
    planning.plan_sessions(class_group=group, count=3)
    registrar = factories.person("周敏", organisation=unit)
    services.grant_role(person=registrar, role="registrar", organisation=unit)
    client.force_login(factories.login(registrar))
    return group


def url(name, *args):
    return reverse(f"courses:{name}", args=args)


def typed(group, **changes):
    """The form of the class as it stands, with changes."""
    return {
        "name": group.name,
        "code": group.code,
        "organisation": group.organisation_id,
        "person": group.teacher.name,
        "weekday": group.weekday,
        "starts_at_time": "09:00",
        "minutes": 90,
        "meetings": 3,
        "mode": group.mode,
        "room": group.room,
        "common": 20,
        "fee": "180",
        "min_to_open": 20,
        "min_age": 50,
        "max_age": 80,
        "seen": classes.state_of(ClassGroup.objects.get(pk=group.pk)) if group.pk else "",
    } | changes


def text(page):
    return " ".join(page.content.decode().split())


def test_a_new_class_begins_with_the_ages_of_its_subject(client, school):
    dance = factories.course("民族舞", subject="dance")
    for course, ages in ((dance, (70, False)), (school.course, (80, True))):
        page = client.get(url("class_new"), {"term": school.term_id, "course": course.pk})
        initial = page.context["form"].initial
        assert (initial["max_age"], initial["older_with_consent"]) == ages


def test_a_new_class_is_written_with_seats_of_each_kind_and_its_meetings(client, school):
    address = f"{url('class_new')}?term={school.term_id}&course={school.course_id}"
    new = typed(school, name="篆刻", code=" zk-1 ", common="", on_site=12, online=30, meetings=2)
    page = client.post(address, new | {"seen": "", "weekday": 3})
    group = ClassGroup.objects.get(name="篆刻")
    assert page.url == url("class_meetings", group.pk)
    assert group.code == "ZK-1"
    assert set(group.pools.values_list("kind", "capacity")) == {("on_site", 12), ("online", 30)}
    assert group.sessions.count() == 2
    assert group.teacher == school.teacher


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(client, school):
    page = client.post(
        url("class_edit", school.pk), typed(school, name="新名", min_age=90, person="没有这人")
    )
    assert page.status_code == 422
    assert "没有找到叫“没有这人”的人" in text(page)
    assert 'value="新名"' in text(page)
    assert ClassGroup.objects.get(pk=school.pk).name == "行书"


def test_of_two_namesakes_one_is_picked(client, school):
    pair = [factories.person("王老师", born_on=date(year, 1, 1)) for year in (1970, 1980)]
    page = client.post(url("class_edit", school.pk), typed(school, person="王老师"))
    assert page.status_code == 422
    assert "1970 年生" in text(page)
    client.post(url("class_edit", school.pk), typed(school, person="王老师", pick=pair[1].pk))
    assert ClassGroup.objects.get(pk=school.pk).teacher == pair[1]


def test_a_class_changed_by_somebody_else_meanwhile_is_not_overwritten(client, school):
    mine = typed(school, name="我的名字")
    client.post(url("class_edit", school.pk), typed(school, room="四楼"))
    page = client.post(url("class_edit", school.pk), mine)
    assert page.status_code == 422
    assert "有人改过这个班" in text(page)
    assert ClassGroup.objects.get(pk=school.pk).room == "四楼"


def test_clashes_are_shown_while_typing_and_by_the_button_and_nothing_is_saved(client, school):
    address = f"{url('class_new')}?term={school.term_id}&course={school.course_id}"
    draft = typed(school, name="", code="", seen="", check="1")
    quick = client.post(address, draft, headers={"X-Requested-With": "fetch"})
    slow = client.post(address, draft | {"name": "篆刻", "code": "ZK"})
    for page in (quick, slow):
        assert page.status_code == 200
        assert "沈文清老师要上“行书”" in text(page)
        assert "画室有“行书”" in text(page)
    assert "<html" not in quick.content.decode()
    assert ClassGroup.objects.count() == 1


def test_a_capacity_below_the_taken_seats_is_said_in_words(client, school):
    school.pools.update(seats_taken=5)
    page = client.post(
        url("class_edit", school.pk), typed(school, common=3, min_to_open=3), follow=True
    )
    assert "现在 3 个座位，已有 5 人：他们的座位都保留" in text(page)


def test_more_people_to_open_than_seats_is_said_in_words(client, school):
    page = client.post(url("class_edit", school.pk), typed(school, common=12, min_to_open=13))
    assert page.status_code == 422
    assert "满多少人开班不能比座位还多" in text(page)


def test_a_wrong_weekday_and_an_empty_form_are_words_not_an_error_page(client, school):
    for fields in ({}, {"weekday": "x", "point_0": "9" * 30, "common": "-1"}):
        page = client.post(url("class_edit", school.pk), fields)
        assert page.status_code == 422


def test_a_meeting_takes_a_substitute_after_a_clash_was_looked_at(client, school):
    other = factories.class_group(
        term=school.term, name="合唱", weekday=2, starts_at_time=time(9),
        teacher=factories.person("王代课"),
    )  # fmt: skip
    planning.plan_sessions(class_group=other, count=1)
    session = school.sessions.first()
    starts_at = timezone.localtime(session.starts_at)
    fields = {"starts_at": f"{starts_at:%Y-%m-%dT%H:%M}", "minutes": 90, "person": "王代课"}
    page = client.post(url("meeting", session.pk), fields)
    assert page.status_code == 422
    assert "王代课老师要上“合唱”" in text(page)
    client.post(url("meeting", session.pk), fields | {"anyway": "1"})
    session.refresh_from_db()
    assert session.substitute.name == "王代课"
    assert "代课" in text(client.get(url("class_meetings", school.pk)))


def test_cancelling_asks_why_and_says_who_will_be_told(client, school):
    assert "0 人，每个人都会收到通知" in text(client.get(url("class_cancel", school.pk)))
    page = client.post(url("class_cancel", school.pk), {"because": ""})
    assert (page.status_code, ClassGroup.objects.get().cancelled_at) == (422, None)
    client.post(url("class_cancel", school.pk), {"because": "报名不满 20 人"})
    assert ClassGroup.objects.get().cancelled_because == "报名不满 20 人"


def test_merging_shows_who_gets_what_before_it_is_done(client, school):
    RegistrationRound.objects.create(
        term=school.term,
        name="第一批",
        opens_at=timezone.now() - timedelta(days=1),
        closes_at=timezone.now() + timedelta(days=1),
    )
    into = factories.class_group(term=school.term, name="行书二班", weekday=3)
    factories.seat(school, factories.person("王秀兰"))
    fields = {"into": into.pk, "because": "少"}
    page = client.post(url("class_merge", school.pk), fields)
    assert "1 人：王秀兰" in text(page)
    assert ClassGroup.objects.get(pk=school.pk).cancelled_at is None
    client.post(url("class_merge", school.pk), fields | {"confirmed": "1"})
    assert ClassGroup.objects.get(pk=school.pk).merged_into == into


def test_completed_is_who_is_ticked_on_the_page(client, school):
    RegistrationRound.objects.create(
        term=school.term,
        name="第一批",
        opens_at=timezone.now() - timedelta(days=1),
        closes_at=timezone.now() + timedelta(days=1),
    )
    seat = factories.seat(school, factories.person("王秀兰"))
    page = client.post(
        url("class_completion", school.pk), {"seat": [seat.pk], "shown": [seat.pk]}, follow=True
    )
    assert "新登记学完 1 人，取消 0 人" in text(page)
    assert "checked" in text(page)


def test_a_great_class_is_ticked_page_by_page(client, school, monkeypatch):
    monkeypatch.setattr(planning_classes, "SEATS_ON_A_PAGE", 2)
    school.pools.update(capacity=9)
    RegistrationRound.objects.create(
        term=school.term,
        name="第一批",
        opens_at=timezone.now() - timedelta(days=1),
        closes_at=timezone.now() + timedelta(days=1),
    )
    seats = [factories.seat(school, factories.person(name)) for name in ("丁", "戊", "己")]
    page = client.get(url("class_completion", school.pk))
    shown = [seat.pk for seat in page.context["page"]]
    assert (len(shown), "保存这一页，看下一页" in text(page)) == (2, True)
    sent = {"seat": shown, "shown": shown}
    answer = client.post(url("class_completion", school.pk), sent)
    assert answer.url == url("class_completion", school.pk) + "?page=2"
    done = [seat.pk for seat in seats if Enrolment.objects.get(pk=seat.pk).completed_on]
    assert sorted(done) == sorted(shown)


def test_a_page_of_completions_has_no_more_fields_than_are_read(settings):
    assert 2 * planning_classes.SEATS_ON_A_PAGE + 2 < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


# Terms, rounds, days


def test_a_term_is_copied_after_it_was_looked_at(client, school):
    starts_on = school.term.starts_on + timedelta(weeks=26)
    fields = {"name": "春季学期", "starts_on": f"{starts_on}", "suffix": "27C"}
    page = client.post(url("term_copy", school.term_id), fields)
    assert f"{school.code}-27C" in text(page)
    assert Term.objects.count() == 1
    page = client.post(url("term_copy", school.term_id), fields | {"confirmed": "1"})
    made = Term.objects.get(name="春季学期")
    assert page.url == url("term", made.pk)
    assert made.class_groups.count() == 1


def test_the_codes_of_a_copied_term_follow_the_first_day_that_was_written(client, school):
    fields = {"name": "2027年秋", "starts_on": "2027-09-06", "suffix": ""}
    assert f"{school.code}-27Q" in text(client.post(url("term_copy", school.term_id), fields))
    wrong = client.post(url("term_copy", school.term_id), fields | {"starts_on": "9999-01-01"})
    assert wrong.status_code == 422


def test_a_term_that_ends_before_it_begins_is_told_so(client, school):
    fields = {
        "organisation": school.organisation_id,
        "name": "错的",
        "starts_on": "2027-07-01",
        "ends_on": "2027-03-01",
        "present_from_percent": 60,
        "offer_hours": 24,
        "transfer_days": 30,
    }
    page = client.post(url("term_new"), fields)
    assert page.status_code == 422
    assert "学期的开始日期要早于结束日期" in text(page)
    assert "至少要等 48 小时" in text(page)


def test_a_round_is_made_and_changed(client, school):
    fields = {
        "name": "老学员先报",
        "method": "first",
        "who": "returning",
        "opens_at": "2027-03-01T09:00",
        "closes_at": "2027-03-08T17:00",
        "max_classes": 2,
        "max_wishes": 4,
        "classes": [school.pk],
    }
    client.post(url("round_new", school.term_id), fields)
    opened = RegistrationRound.objects.get()
    assert f"{timezone.localtime(opened.opens_at):%Y-%m-%d %H:%M}" == "2027-03-01 09:00"
    assert list(opened.classes.all()) == [school]
    page = client.get(url("round_edit", opened.pk))
    assert 'value="2027-03-01T09:00"' in text(page)
    client.post(url("round_edit", opened.pk), fields | {"classes": [], "who": "organisation"})
    assert RegistrationRound.objects.get().who == "returning"
    client.post(url("round_edit", opened.pk), fields | {"classes": []})
    assert not opened.classes.exists()
    client.post(url("round_remove", opened.pk))
    assert not RegistrationRound.objects.exists()


@pytest.mark.parametrize("number", ["9" * 20, "²", "a\0b"])
def test_a_key_that_no_row_can_have_is_a_wrong_choice(client, school, number):
    term = school.term_id
    page = client.get(url("class_new"), {"term": term, "course": number})
    assert page.status_code == 422
    page = client.post(url("round_new", term), {"classes": [number]})
    assert "classes" in page.context["form"].errors
    page = client.post(url("class_edit", school.pk), typed(school, after_course=number))
    assert "after_course" in page.context["form"].errors


def test_a_wrong_time_of_a_round_is_said_beside_its_field(client, school):
    page = client.post(url("round_new", school.term_id), {"name": "第一轮"})
    assert page.context["form"].errors["opens_at"] == ["请选开始报名的时间。"]
    assert page.context["form"].errors["closes_at"] == ["请选截止报名的时间。"]
    now = timezone.now()
    opened = RegistrationRound.objects.create(
        term=school.term,
        name="第一轮",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=2),
    )
    factories.seat(school, factories.person("王秀兰"))
    fields = {
        "name": "第一轮",
        "method": "first",
        "who": "all",
        "opens_at": f"{timezone.localtime(opened.opens_at):%Y-%m-%dT%H:%M}",
        "closes_at": f"{timezone.localtime(now):%Y-%m-%dT%H:%M}",
        "max_classes": 2,
        "max_wishes": 4,
    }
    page = client.post(url("round_edit", opened.pk), fields)
    assert page.status_code == 422
    assert page.context["form"].errors == {"closes_at": ["已经有人报名，截止时间只能往后推。"]}


def test_a_day_off_shows_what_it_moves_before_it_is_written(client, school):
    first = timezone.localdate(school.sessions.first().starts_at)
    fields = {
        "organisation": school.organisation_id,
        "name": "停课",
        "first": f"{first}",
        "meaning": "off",
    }
    page = client.post(url("day_list"), fields)
    assert "要移 3 次课，1 个班" in text(page)
    assert not CalendarDay.objects.exists()
    seen = page.context["outlook"].seen
    stale = client.post(url("day_list"), fields | {"confirmed": "1", "seen": "x"})
    assert stale.status_code == 422
    client.post(url("day_list"), fields | {"confirmed": "1", "seen": seen})
    assert CalendarDay.objects.get().on == first
    day = CalendarDay.objects.get()
    page = client.get(url("day_remove", day.pk))
    client.post(url("day_remove", day.pk), {"seen": page.context["outlook"].seen})
    assert timezone.localdate(school.sessions.first().starts_at) == first


def test_an_extra_day_is_one_day_and_a_long_stretch_is_refused(client, school):
    fields = {"organisation": school.organisation_id, "name": "调休", "first": "2027-05-01"}
    for more, words in (
        ({"last": "2027-05-03", "meaning": "2"}, "调休一天一天地写"),
        ({"last": "2027-04-01", "meaning": "off"}, "不能早于第一天"),
        ({"last": "2028-05-01", "meaning": "off"}, "一次最多写"),
    ):
        page = client.post(url("day_list"), fields | more)
        assert page.status_code == 422
        assert words in text(page)


def test_a_school_beneath_sees_the_days_above_it_and_changes_only_its_own(client, school):
    unit = school.organisation
    town = factories.organisation("石桥街道", parent=unit)
    on = timezone.localdate() + timedelta(days=5)
    CalendarDay.objects.create(organisation=unit, on=on, name="校庆")
    registrar = factories.person("冯敏", organisation=town)
    services.grant_role(person=registrar, role="registrar", organisation=town)
    client.force_login(factories.login(registrar))
    page = client.get(url("day_list"))
    assert "校庆" in text(page)
    day = CalendarDay.objects.get()
    assert url("day_remove", day.pk) not in text(page)
    assert client.get(url("day_remove", day.pk)).status_code == 404
    assert client.get(url("term", school.term_id)).status_code == 200
    assert client.get(url("term_edit", school.term_id)).status_code == 404


# The week


def test_the_week_shows_each_meeting_in_its_row_and_day_and_what_clashes(client, school):
    clash = factories.class_group(
        term=school.term, name="楷书", weekday=2, starts_at_time=time(10), room="画室"
    )
    planning.plan_sessions(class_group=clash, count=1)
    on = timezone.localdate(school.sessions.first().starts_at)
    page = client.get(url("timetable_board"), {"on": f"{on}", "by": "room"})
    [row] = page.context["board"].rows
    assert row.name == "画室"
    assert [len(day) for day in row.days] == [0, 0, 2, 0, 0, 0, 0]
    assert "以后有 1 处冲突" in text(page)
    by_teacher = client.get(url("timetable_board"), {"on": f"{on}", "by": "teacher"})
    assert len(by_teacher.context["board"].rows) == 2
    assert client.get(url("timetable_excel"), {"on": f"{on}"}).status_code == 200


def test_a_week_that_makes_no_sense_is_this_week(client, school):
    page = client.get(url("timetable_board"), {"on": "x", "by": "y", "term": "z"})
    assert "这一周没有课" in text(page)


@pytest.mark.parametrize("name", ["term_list", "timetable_board"])
def test_a_list_asks_as_much_for_three_as_for_one(client, school, name, django_assert_num_queries):
    on = timezone.localdate(school.sessions.first().starts_at)
    client.get(url(name), {"on": f"{on}"})
    with django_assert_num_queries(QUERIES[name]):
        client.get(url(name), {"on": f"{on}"})
    for number in range(2):
        group = factories.class_group(
            term=factories.term(), name=f"班{number}", weekday=2, starts_at_time=time(15)
        )
        planning.plan_sessions(class_group=group, count=16)
        holidays.add_days(
            organisation=school.organisation,
            days=[timezone.localdate() + timedelta(days=100 + number)],
            name="停课",
        )
    with django_assert_num_queries(QUERIES[name]):
        client.get(url(name), {"on": f"{on}"})


QUERIES = {"term_list": 9, "timetable_board": 13}
