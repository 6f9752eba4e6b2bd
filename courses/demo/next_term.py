"""The term that comes: one round has been drawn, another takes wishes, a seat is offered."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.demo import people
from courses import planning, registration
from courses.draws import applying, drawing, freezing
from courses.models import (
    ClassGroup,
    CoursePage,
    Enrolment,
    Offer,
    RegistrationRound,
    Source,
    Term,
)

# Code, name, course, teacher, weekday, at, seats.
DRAWN = (
    ("CH-XS-3", "行书提高班", "xingshu", "沈文清", 2, time(9), 6),
    ("CH-HC-2", "合唱提高班", "hechang", "顾念慈", 3, time(14), 8),
)
TO_BE_DRAWN = (
    ("CH-HN-2", "写意花鸟提高班", "xieyi-huaniao", "沈文清", 4, time(9), 5),
    ("CH-SJ-3", "手机摄影与微信三班", "shouji", "程远", 1, time(9, 30), 12),
    ("CH-TS-2", "唐诗里的四季", "tangshi", "黎怀瑾", 0, time(15), 20),
)
COUPLE = ("陈志明", "刘淑英")
FIRST = ("王秀兰", "张桂芳", "孙慧珍", "赵建国", "周玉梅", "何素芬")
# In it somebody gives a seat up, so that the first in line is asked.
FULL_CLASS = "XS-2"


def create(*, now: datetime) -> None:
    current = Term.objects.filter(class_groups__code=FULL_CLASS).distinct().first()
    if current is None or Term.objects.filter(class_groups__code=DRAWN[0][0]).exists():
        return
    term = _term(current)
    drawn = _round(term, "第一轮（抽签）", 1, now - timedelta(days=12), now - timedelta(days=3))
    drawn.classes.set([_class(term, plan) for plan in DRAWN])
    coming = _round(term, "第二轮（抽签）", 2, now - timedelta(days=2), now + timedelta(days=9))
    coming.classes.set([_class(term, plan) for plan in TO_BE_DRAWN])
    _wish(drawn, now=now - timedelta(days=10))
    _draw(drawn, now=now)
    _wish(coming, now=now - timedelta(hours=20), at_most=9)
    _offer_a_seat(now)


def _term(current: Term) -> Term:
    starts_on = current.ends_on + timedelta(days=21)
    starts_on -= timedelta(days=starts_on.weekday())
    season = "春季" if starts_on.month in range(1, 7) else "秋季"
    return Term.objects.create(
        organisation=current.organisation,
        name=f"{starts_on.year}年{season}学期（下一学期）",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(weeks=18),
    )


def _round(
    term: Term, name: str, most: int, opens_at: datetime, closes_at: datetime
) -> RegistrationRound:
    return RegistrationRound.objects.create(
        term=term,
        name=name,
        method=RegistrationRound.Method.DRAW,
        opens_at=_at(opens_at, 9),
        closes_at=_at(closes_at, 17),
        max_classes=most,
        max_wishes=3,
    )


def _class(term: Term, plan) -> ClassGroup:
    code, name, course, teacher, weekday, at, seats = plan
    page = CoursePage.objects.get(slug=course)
    made = ClassGroup(
        course=page,
        term=term,
        organisation=page.organisation,
        code=code,
        name=name,
        teacher=people.person(teacher),
        teaching_point=page.organisation.teaching_points.first(),
        weekday=weekday,
        starts_at_time=at,
        fee=180,
        min_to_open=min(seats, 20),
        max_age=80,
        older_with_consent=True,
    )
    planning.save_class(class_group=made)
    planning.set_seats(class_group=made, capacity=seats)
    planning.plan_sessions(class_group=made, count=16)
    return made


def _wish(opened: RegistrationRound, *, now: datetime, at_most: int = 14) -> None:
    """Learners wish for the classes in turns, so that some are wanted more than others."""
    groups = list(opened.classes.order_by("code"))
    pools = [group.pools.get() for group in groups]
    couple = [people.person(name) for name in COUPLE]
    rest = [people.person(name) for name in FIRST]
    others = people.learners().filter(login=None).exclude(name__in=[*COUPLE, *FIRST])
    first, last = groups[0].born_between()
    rest += list(others.filter(born_on__range=(first, last)).order_by("pk")[:at_most])
    asking = [(couple[0], couple[1])] + [(person, None) for person in rest]
    for number, (person, partner) in enumerate(asking):
        turned = pools[number % 2 :] + pools[: number % 2]
        applying.apply(
            person=person,
            partner=partner,
            round=opened,
            pools=turned[:2],
            by=getattr(person, "login", None),
            source=Source.ONLINE if person.phone else Source.COUNTER,
            now=now + timedelta(minutes=number),
        )


def _draw(opened: RegistrationRound, *, now: datetime) -> None:
    drawn = freezing.freeze(
        round=opened,
        number_source="福彩双色球下一期的七个开奖号码，按开出的次序写",
        now=opened.closes_at + timedelta(hours=1),
    )
    drawing.draw(
        draw=drawn,
        public_number="03 09 14 21 26 32 07",
        witnesses="学员代表 罗桂兰、纪检 吴德山",
        now=now - timedelta(days=1),
    )


def _offer_a_seat(now: datetime) -> None:
    group = ClassGroup.objects.get(code=FULL_CLASS)
    if Offer.objects.filter(pool__class_group=group).exists():
        return
    seat = Enrolment.objects.filter(class_group=group, withdrawn_at=None).order_by("-pk").first()
    registration.withdraw(enrolment=seat, because="时间冲突", now=now)


def _at(moment: datetime, hour: int) -> datetime:
    day: date = timezone.localdate(moment)
    return timezone.make_aware(datetime.combine(day, time(hour)))
