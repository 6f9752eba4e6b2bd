"""What the office planned is in the audit log, in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit import reading
from accounts.models import AuditLine
from courses import planning
from courses.models import ClassGroup, RegistrationRound, Term
from courses.planning import classes, completing, holidays, meetings, merging, terms
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@pytest.fixture
def office():
    return factories.login(factories.person("周敏"))


@pytest.fixture
def log(office):
    """Ask what was written down since the last time: what, about whose, in words."""
    seen = AuditLine.objects.count()

    def read():
        nonlocal seen
        lines = AuditLine.objects.filter(number__gt=seen, action__startswith="plan.")
        lines = list(reading.with_words(lines.order_by("number")))
        seen = AuditLine.objects.count()
        assert {line.actor for line in lines} <= {office}
        assert None not in {line.organisation_id for line in lines}
        return [f"{line.get_action_display()} {line.words}" for line in lines]

    return read


@pytest.fixture
def group():
    made = coded("XS-1", name="行书", capacity=20)
    planning.plan_sessions(class_group=made, count=2)
    return made


def coded(code, **facts):
    made = factories.class_group(**facts)
    made.code = code
    made.save(update_fields=["code"])
    return made


def test_terms_are_written_down(office, log):
    term = Term(
        organisation=factories.organisation("学校"),
        name="春季",
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=100),
    )
    terms.save_term(term=term, by=office)
    assert log() == ["排学期 做了什么：新建；学期：春季"]
    terms.save_term(term=term, by=office)
    assert log() == []
    term.offer_hours = 72
    terms.save_term(term=term, by=office)
    assert log() == ["排学期 做了什么：改动；学期：春季；改了：座位留多久"]
    starts_on = TODAY + timedelta(days=182)
    terms.copy_term(source=term, name="秋季", starts_on=starts_on, suffix="27Q", by=office)
    assert log() == ["排学期 数量：0；做了什么：从上一学期复制；学期：秋季"]


def test_rounds_are_written_down(office, log, group):
    opened = RegistrationRound(
        term=group.term, name="老学员", opens_at=NOW, closes_at=NOW + timedelta(days=1)
    )
    terms.save_round(opened=opened, classes=[], by=office)
    about = f"学期：{group.term.name}；批次：老学员"
    assert log() == [f"排报名批次 做了什么：新建；{about}"]
    opened.max_classes = 3
    terms.save_round(opened=opened, classes=[group], by=office)
    assert log() == [f"排报名批次 做了什么：改动；{about}；改了：最多几个班、哪些班"]
    for _press in range(2):
        terms.remove_round(opened=opened, by=office)
    assert log() == [f"排报名批次 做了什么：删去；{about}"]


def test_classes_are_written_down(office, log, group):
    def write(made, capacity=20, count=2):
        seats = [classes.Seats("common", capacity)]
        planning.write_class(class_group=made, seats=seats, count=count, by=office)

    write(group)
    assert log() == []
    group.fee = 200
    write(group, capacity=25, count=3)
    assert log() == ["排班 做了什么：改动；班号：XS-1；改了：学费、座位数、课次"]
    new = ClassGroup.objects.get(pk=group.pk)
    new.pk, new.code = None, "XS-2"
    new._state.adding = True
    write(new)
    assert log() == ["排班 做了什么：新建；班号：XS-2"]
    planning.delete_class(class_group=new, by=office)
    assert log() == ["排班 做了什么：删去；班号：XS-2"]


def test_the_end_of_a_class_is_written_down_once(office, log, group):
    into, other = coded("XS-3", term=group.term), coded("XS-4", term=group.term)
    factories.seat(group, factories.person("王秀兰"))
    for _press in range(2):
        merging.merge_class(class_group=group, into=into, because="不满", by=office)
        planning.cancel_class(class_group=other, because="老师病了", by=office)
    assert log() == [
        "并班 做了什么：并班；班号：XS-1；并入：XS-3；通知人数：1",
        "停开班 做了什么：停开；班号：XS-4；通知人数：0",
    ]


def test_meetings_days_and_completions_are_written_down(office, log, group):
    last = factories.session(group, starts_at=NOW + timedelta(days=3))
    facts = {"starts_at": last.starts_at + timedelta(hours=1), "minutes": 90, "substitute": None}
    for _press in range(2):
        meetings.change_meeting(session=last, by=office, **facts)
    assert log() == ["改一次课 做了什么：改动；班号：XS-1；第几次课：3；改了：时间"]
    day = TODAY + timedelta(days=200)
    holidays.add_days(organisation=group.organisation, days=[day], name="校庆", by=office)
    holidays.remove_day(day=group.organisation.calendar_days.get(), by=office)
    assert log() == [
        f"改校历 做了什么：新建；哪几天：{day}",
        f"改校历 做了什么：删去；哪几天：{day}",
    ]
    seat = factories.seat(group, factories.person("王秀兰"))
    for _press in range(2):
        completing.mark_completed(
            class_group=group, seats=[seat.pk], shown=[seat.pk], on=TODAY, by=office
        )
    assert log() == [
        "登记学完 做了什么：改动；班号：XS-1；登记学完人数：1；取消人数：0",
    ]
