"""Who may do what: a row for every address, a column for every kind of visitor.

The status each of them gets. 302 for a stranger is the way to the login page. An address
without a row makes `test_every_address_has_a_row` fail.
"""

import uuid
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import services as accounts
from accounts.models import RoleGrant
from branches import ledger
from branches.models import Branch, BranchMembership, BranchOffice, HoursRule, StudyEntry
from courses.models import LessonPage
from live import services as live
from live.models import Visit
from tests import factories

VISITORS = [
    "nobody",  # not logged in
    "newcomer",  # logged in, no file yet
    "stranger",  # a learner of another class and branch
    "learner",  # has a seat, is a member of the branch
    "teacher",  # of the class
    "secretary",  # of the branch
    "sister",  # secretary of another branch
    "registrar",  # of the organisation
    "admin",
]

# Of these the whole tree is somebody else's and has rows of its own below.
TREES = {"office/", "cms/", "documents/"}

#     address, method                  nobody newc. stran learn teach secr. sister regis admin
# Registering comes last: it gives everybody a seat.
TABLE = """
account_login                    GET   200   302   302   302   302   302   302   302   302
account_request_login_code       GET   200   302   302   302   302   302   302   302   302
account_confirm_login_code       GET   302   302   302   302   302   302   302   302   302
account_logout                   GET   302   200   200   200   200   200   200   200   200
account_change_phone             GET   302   200   200   200   200   200   200   200   200
account_verify_phone             GET   302   302   302   302   302   302   302   302   302
account_inactive                 GET   200   200   200   200   200   200   200   200   200
account_signup                   GET   200   302   302   302   302   302   302   302   302
set_language                     POST  302   302   302   302   302   302   302   302   302
accounts:me                      GET   302   200   200   200   200   200   200   200   200
accounts:revoke                  POST  302   404   404   302   404   404   404   404   404
accounts:reading                 POST  302   302   302   302   302   302   302   302   302
accounts:welcome                 GET   302   200   302   302   302   302   302   302   302
accounts:act_for                 POST  302   404   404   302   404   404   404   404   404
accounts:demo_inbox              GET   404   404   404   404   404   404   404   404   404
courses:class                    GET   200   200   200   200   200   200   200   200   200
courses:clip                     GET   404   404   404   404   404   404   404   404   404
courses:my_classes               GET   302   302   200   200   200   200   200   200   200
courses:seat                     GET   302   302   404   200   404   404   404   404   404
courses:withdraw                 GET   302   302   404   200   404   404   404   404   404
courses:waiting_place            GET   302   302   404   200   404   404   404   404   404
courses:leave_queue              GET   302   302   404   200   404   404   404   404   404
live:room                        GET   302   403   403   302   302   403   403   302   302
live:replay                      GET   302   403   403   200   200   403   403   200   200
live:events                      GET   403   403   403   200   200   403   403   200   200
live:beat                        POST  403   403   403   200   200   403   403   200   200
live:say                         POST  403   403   403   422   422   403   403   422   422
live:hand                        POST  403   403   403   422   422   403   403   422   422
live:no_sound                    POST  403   403   403   422   422   403   403   422   422
live:teaching                    GET   302   302   200   200   200   200   200   200   200
live:console                     GET   302   404   404   404   200   404   404   200   200
live:here                        GET   404   404   404   404   200   404   404   200   200
live:pause                       POST  404   404   404   404   200   404   404   200   200
live:end                         POST  302   404   404   404   302   404   404   302   302
branches:my_learning             GET   302   302   200   200   200   200   200   200   200
branches:my_entry                GET   302   302   404   200   404   404   404   404   404
branches:list                    GET   302   200   200   200   200   200   200   200   200
branches:ledger                  GET   302   404   404   404   404   200   404   404   200
branches:ledger_excel            GET   302   404   404   404   404   200   404   404   200
branches:entry                   GET   302   404   404   404   404   200   404   404   200
branches:reverse                 POST  302   404   404   404   404   422   404   404   422
branches:records                 GET   302   404   404   404   404   200   404   404   200
branches:record                  GET   302   404   404   404   404   200   404   404   200
cms:search                       GET   200   200   200   200   200   200   200   200   200
cms:picture                      GET   404   404   404   404   404   404   404   404   404
/                                GET   200   200   200   200   200   200   200   200   200
/courses/                        GET   200   200   200   200   200   200   200   200   200
/articles/                       GET   200   200   200   200   200   200   200   200   200
/cms/                            GET   302   302   302   302   302   302   302   302   200
/cms/users/                      GET   302   302   302   302   302   302   302   302   200
/office/                         GET   302   302   302   302   302   302   302   302   200
courses:register                 POST  302   302   302   302   302   302   302   302   302
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
# The page tree itself and Wagtail's password-protected pages, which this school has none of.
WAGTAIL = {
    "wagtail_serve",
    "wagtailcore_login",
    "wagtailcore_authenticate_with_password",
}


def addresses(resolver=None, namespaces=()):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) not in TREES:
                inside = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
                yield from addresses(pattern, inside)
        else:
            yield ":".join([*namespaces, pattern.name])


def test_every_address_has_a_row():
    assert {row[0] for row in ROWS if row[0][0] != "/"} == set(addresses()) - WAGTAIL


@pytest.fixture
def town(db):
    """One class that has been taught, one branch with its ledger, one of each visitor."""
    now = timezone.now()
    unit = factories.organisation("青岚市")
    HoursRule.objects.create(organisation=unit, version="2026-1", valid_from=date(2026, 1, 1))
    people = {name: factories.person(f"某{name}") for name in VISITORS[2:]}
    group = factories.class_group(
        course=factories.course(organisation=unit), teacher=people["teacher"]
    )
    seat = factories.seat(group, people["learner"], now=now - timedelta(days=1))
    full = factories.class_group(name="满了的班", capacity=1)
    factories.seat(full, factories.person("先来的"))
    waiting = factories.seat(full, people["learner"])
    branches = [Branch.add_root(name=name, organisation=unit) for name in ("第三支部", "第四支部")]
    for branch, members in zip(
        branches, (["learner", "secretary"], ["stranger", "sister"]), strict=True
    ):
        for member in members:
            BranchMembership.objects.create(
                branch=branch, person=people[member], kind="home", starts_on=date(2020, 1, 1)
            )
        BranchOffice.objects.create(
            branch=branch,
            person=people[members[1]],
            office="secretary",
            starts_on=date(2024, 1, 1),
        )
    accounts.grant_role(
        person=people["registrar"], role=RoleGrant.Role.REGISTRAR, organisation=unit
    )
    logins = {name: factories.login(person) for name, person in people.items()}
    logins["newcomer"] = factories.login()
    logins["admin"].is_superuser = logins["admin"].is_staff = True
    logins["admin"].save()
    helped = factories.person("何彩兰")
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
    entry = StudyEntry.objects.get()
    return SimpleNamespace(
        logins=logins,
        arguments={
            "accounts:revoke": [proxy.pk],
            "cms:picture": ["nothing.png"],
            "courses:class": [group.pk],
            "courses:register": [group.pk],
            "courses:clip": [lesson.pk],
            "courses:seat": [seat.pk],
            "courses:withdraw": [seat.pk],
            "courses:waiting_place": [waiting.pk],
            "courses:leave_queue": [waiting.pk],
            "branches:my_entry": [entry.pk],
            "branches:ledger": [branches[0].pk],
            "branches:ledger_excel": [branches[0].pk],
            "branches:entry": [branches[0].pk, entry.pk],
            "branches:reverse": [branches[0].pk, entry.pk],
            "branches:records": [branches[0].pk],
            "branches:record": [branches[0].pk, session.pk],
        }
        | {row[0]: [session.pk] for row in ROWS if row[0] in IN_A_ROOM},
        fields={"accounts:act_for": {"person": helped.pk}, "live:events": {"after": 0}},
        people=people,
    )


IN_A_ROOM = {row[0] for row in ROWS if row[0].startswith("live:")} - {"live:teaching"}


def asked(client, town, address, method):
    path = address if address[0] == "/" else reverse(address, args=town.arguments.get(address))
    name = {"client_id": uuid.uuid4(), "device": uuid.uuid4(), "text": "好"}
    fields = town.fields.get(address, name)
    return client.get(path, fields) if method == "GET" else client.post(path, fields)


@pytest.mark.parametrize("visitor", VISITORS)
def test_each_visitor_gets_what_the_table_says(client, town, visitor):
    column = VISITORS.index(visitor) + 2
    if visitor in town.logins:
        client.force_login(town.logins[visitor])

    found = {}
    for row in ROWS:
        town.fields["courses:register"] = {"person": getattr(town.people.get(visitor), "pk", "")}
        found[row[0]] = asked(client, town, row[0], row[1]).status_code
        if row[0] == "accounts:act_for":
            client.post(reverse("accounts:act_for"))

    assert found == {row[0]: int(row[column]) for row in ROWS}
