"""The town of the table: a class that was taught, a branch with its ledger, every visitor."""

import uuid
from datetime import date, timedelta
from types import SimpleNamespace

from django.utils import timezone

from accounts import services as accounts
from accounts.models import RoleGrant
from branches import ledger
from branches.models import Branch, BranchMembership, BranchOffice, HoursRule, StudyEntry
from courses.models import LessonPage
from live import services as live
from live.models import Visit
from tests import factories
from tests.who_may import VISITORS

Role = RoleGrant.Role
ROLES = {
    "helper": Role.HELPER,
    "coordinator": Role.COORDINATOR,
    "registrar": Role.REGISTRAR,
    "bureau": Role.BUREAU,
    "editor": Role.EDITOR,
    "reviewer": Role.REVIEWER,
    "auditor": Role.AUDITOR,
    "manager": Role.ADMINISTRATOR,
}


def build() -> SimpleNamespace:
    """One class that has been taught, one branch with its ledger, one of each visitor."""
    now = timezone.now()
    unit, elsewhere = factories.organisation("青岚市"), factories.organisation("远山县")
    HoursRule.objects.create(organisation=unit, version="2026-1", valid_from=date(2026, 1, 1))
    people = {
        name: factories.person(
            f"某{name}",
            organisation=elsewhere if name == "elsewhere" else unit,
            phone=f"137{number:08d}",
        )
        for number, name in enumerate(VISITORS[2:])
    }
    for name, role in ROLES.items():
        accounts.grant_role(person=people[name], role=role, organisation=unit)
    for role in (Role.REGISTRAR, Role.ADMINISTRATOR):
        accounts.grant_role(person=people["elsewhere"], role=role, organisation=elsewhere)

    logins = {name: factories.login(person) for name, person in people.items()}
    logins["newcomer"] = factories.login()
    logins["admin"].is_superuser = logins["admin"].is_staff = True
    logins["admin"].save()

    group = factories.class_group(
        course=factories.course(organisation=unit), teacher=people["teacher"]
    )
    seat = factories.seat(group, people["learner"], now=now - timedelta(days=1))
    full = factories.class_group(name="满了的班", capacity=1)
    factories.seat(full, factories.person("先来的", organisation=unit))
    waiting = factories.seat(full, people["learner"])
    branches = [Branch.add_root(name=name, organisation=unit) for name in ("第三支部", "第四支部")]
    for branch, members in zip(
        branches,
        (["learner", "secretary", "committee"], ["stranger", "sister"]),
        strict=True,
    ):
        for member in members:
            BranchMembership.objects.create(
                branch=branch, person=people[member], kind="home", starts_on=date(2020, 1, 1)
            )
        for member, office in zip(members[1:], ("secretary", "committee"), strict=False):
            BranchOffice.objects.create(
                branch=branch,
                person=people[member],
                office=office,
                starts_on=date(2024, 1, 1),
            )
    helped = factories.person("何彩兰", organisation=unit)
    accounts.allow_proxy(person=helped, agent=logins["learner"], relation="child")
    proxy = accounts.allow_proxy(
        person=people["learner"], agent=factories.login(), relation="child"
    )

    session = factories.session(group, starts_at=now - timedelta(minutes=60))
    room = live.open_room(session=session)
    live.begin(classroom=room, now=session.starts_at)
    Visit.objects.create(
        classroom=room,
        person=people["learner"],
        device=uuid.uuid4(),
        entered_at=session.starts_at,
        last_seen_at=now,
    )
    live.end(classroom=room, now=now)
    live.close(classroom=room, now=now)
    ledger.post_session(session=session)
    lesson = LessonPage(title="第一讲", slug="one", number=1)
    group.course.add_child(instance=lesson)
    return SimpleNamespace(
        unit=unit,
        elsewhere=elsewhere,
        people=people,
        logins=logins,
        group=group,
        seat=seat,
        waiting=waiting,
        branches=branches,
        helped=helped,
        proxy=proxy,
        session=session,
        lesson=lesson,
        entry=StudyEntry.objects.get(),
    )
