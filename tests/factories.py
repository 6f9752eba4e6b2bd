"""Small makers of what tests stand on; each fills only what the models require."""

from datetime import date, datetime, time, timedelta
from itertools import count

from django.utils import timezone
from wagtail.models import Page

from accounts import services as accounts
from accounts.models import Organisation, Person, User
from courses.models import (
    CatalogueIndexPage,
    ClassGroup,
    ClassSession,
    CoursePage,
    RegistrationRound,
    SeatPool,
    Subject,
    Term,
)
from courses.registration import register

_numbers = count(1)


def organisation(name: str = "", *, parent: Organisation | None = None) -> Organisation:
    number = next(_numbers)
    facts = {
        "name": name or f"青岚{number}区",
        "code": f"T{number}",
        "kind": Organisation.Kind.COUNTY,
    }
    return parent.add_child(**facts) if parent else Organisation.add_root(**facts)


def person(name: str = "王秀兰", **facts) -> Person:
    facts.setdefault("organisation", Organisation.objects.first() or organisation())
    facts.setdefault("born_on", date(1955, 3, 8))
    return accounts.open_file(name=name, sex=facts.pop("sex", "f"), **facts)


def login(person: Person | None = None, *, phone: str = "") -> User:
    phone = phone or (person and person.phone) or f"139{next(_numbers):08d}"
    user = User.objects.create_user(phone)
    if person:
        user.person = person
        user.save(update_fields=["person"])
    return user


def course(title: str = "行书入门", **facts) -> CoursePage:
    index = CatalogueIndexPage.objects.first()
    if index is None:
        index = CatalogueIndexPage(title="报名选课", slug="courses")
        (Page.objects.filter(depth=2).first() or Page.get_first_root_node()).add_child(
            instance=index
        )
    facts.setdefault("organisation", Organisation.objects.first() or organisation())
    page = CoursePage(
        title=title,
        slug=f"course-{next(_numbers)}",
        subject=facts.pop("subject", Subject.CALLIGRAPHY),
        summary="从横竖撇捺开始。",
        description="<p>从横竖撇捺开始。</p>",
        **facts,
    )
    return index.add_child(instance=page)


def term(*, now: datetime | None = None, open_round: bool = True, max_classes: int = 2) -> Term:
    now = now or timezone.now()
    made = Term.objects.create(
        organisation=Organisation.objects.first() or organisation(),
        name=f"学期{next(_numbers)}",
        starts_on=timezone.localdate(now) - timedelta(days=30),
        ends_on=timezone.localdate(now) + timedelta(days=120),
    )
    if open_round:
        RegistrationRound.objects.create(
            term=made,
            name="第一批",
            opens_at=now - timedelta(days=5),
            closes_at=now + timedelta(days=5),
            max_classes=max_classes,
        )
    return made


def class_group(**facts) -> ClassGroup:
    facts.setdefault("course", CoursePage.objects.first() or course())
    facts.setdefault("term", Term.objects.first() or term())
    facts.setdefault("organisation", facts["course"].organisation)
    if "teacher" not in facts:
        facts["teacher"] = person("沈文清", born_on=date(1980, 5, 1), kind=Person.Kind.STAFF)
    facts.setdefault("weekday", 2)
    facts.setdefault("starts_at_time", time(9, 0))
    number = next(_numbers)
    seats = {"capacity": facts.pop("capacity", 20), "seats_taken": facts.pop("seats_taken", 0)}
    facts.setdefault("code", f"C{number}")
    made = ClassGroup.objects.create(name=facts.pop("name", "行书入门"), **facts)
    SeatPool.objects.create(class_group=made, **seats)
    return made


def session(group: ClassGroup | None = None, *, starts_at: datetime, **facts) -> ClassSession:
    group = group or ClassGroup.objects.first() or class_group()
    minutes = facts.pop("minutes", group.minutes)
    facts.setdefault("number", group.sessions.count() + 1)
    return ClassSession.objects.create(
        class_group=group,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **facts,
    )


def seat(group: ClassGroup, person: Person, *, now: datetime | None = None):
    return register(person=person, class_group=group, by=None, now=now or timezone.now())
