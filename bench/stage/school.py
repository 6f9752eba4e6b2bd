"""The product with a freshly made database and data folder, which are gone afterwards."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings

import dev
from tests.databases import ROOT, databases
from tests.serving import Server

CLASS = """
from datetime import date
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from accounts.models import Person, User
from courses.models import Enrolment
from live import services
from tests import factories

many, now = {many}, timezone.now()
group = factories.class_group(capacity=many, seats_taken=many)
pool = group.pools.get()
session = factories.session(group, starts_at=now)
persons = Person.objects.bulk_create(
    Person(name="王秀兰", pinyin="wang xiulan", pinyin_initials="wxl", sex="f",
           born_on=date(1955, 3, 8), organisation=group.organisation)
    for _ in range(many)
)
users = User.objects.bulk_create(
    User(phone=f"138{{number:08d}}", password="!", person=person)
    for number, person in enumerate(persons)
)
Enrolment.objects.bulk_create(
    Enrolment(class_group=group, pool=pool, person=person, source="online", seated_at=now)
    for person in persons
)
logins = [
    SessionStore(f"{{number:032d}}").create_model_instance({{
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: "accounts.logins.backend.LoginBackend",
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }})
    for number, user in enumerate([factories.login(group.teacher), *users])
]
Session.objects.bulk_create(logins)
teacher, *learners = [login.session_key for login in logins]
answer = {{
    "session": session.pk,
    "room": services.open_room(session=session).pk,
    "persons": [person.pk for person in persons],
    "teacher": teacher,
    "learners": learners,
}}
"""

# What a city offers beside the class that everybody wants.
OTHER_CLASSES = 60

RUSH = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from accounts import consents
from accounts.logins import sessions
from accounts.models import Consent, Notice, Person, User
from courses import queries
from courses.models import ClassGroup, SeatPool
from tests import factories

learners, seats, others, now = {learners}, {seats}, {others}, timezone.now()
group, again = (factories.class_group(capacity=seats) for _ in range(2))
floor = factories.class_group(capacity=10 * learners, name="底")
made = ClassGroup.objects.bulk_create(
    ClassGroup(
        code=f"K{{number}}", name=f"国画第{{number}}班", course=group.course, term=group.term,
        organisation=group.organisation, teacher=group.teacher, weekday=number % 5,
        starts_at_time=group.starts_at_time,
    )
    for number in range(others)
)
SeatPool.objects.bulk_create(SeatPool(class_group=each, capacity=30) for each in made)
persons = Person.objects.bulk_create(
    Person(name="王秀兰", pinyin="wang xiulan", pinyin_initials="wxl", sex="f",
           born_on="1955-03-08", organisation=group.organisation)
    for _ in range(learners)
)
users = User.objects.bulk_create(
    User(phone=f"138{{number:08d}}", password="!", person=person)
    for number, person in enumerate(persons)
)
notice = consents.current_notice(Notice.Kind.BASIC)
Consent.objects.bulk_create(
    Consent(person=person, notice=notice, way="online", given_at=now, given_by=user)
    for person, user in zip(persons, users, strict=True)
)
logins = []
for number, user in enumerate(users):
    login = SessionStore(f"{{number:032d}}")
    login[SESSION_KEY] = str(user.pk)
    login[BACKEND_SESSION_KEY] = "accounts.logins.backend.LoginBackend"
    login[HASH_SESSION_KEY] = user.get_session_auth_hash()
    # As those who have just looked at the page.
    sessions.begin(login, user=user, now=now)
    logins.append(login.create_model_instance(login._session))
Session.objects.bulk_create(logins)
answer = {{
    "wanted": [[each.pk, each.pools.get().pk] for each in (group, again)],
    "floor": [floor.pk, floor.pools.get().pk],
    "persons": [person.pk for person in persons],
    "logins": [login.session_key for login in logins],
    "catalogue": queries.catalogue_url(),
}}
"""


@contextlib.contextmanager
def empty_school() -> Iterator[Server]:
    """A server that is not started yet; `python` already runs code on its database."""
    _collect_static_files()
    copies = databases()
    copies.make_template()
    name = "yinling_bench" if settings.IS_POSTGRES else settings.WORKER_DATA / "bench.sqlite3"
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, settings.WORKER_DATA, ignore_errors=True)
        stack.callback(copies.close)
        copies.copy_to(name)
        stack.callback(copies.drop, name)
        folder = settings.WORKER_DATA / "bench"
        server = Server(folder=folder, database_url=copies.url(str(name)))
        stack.callback(server.close)
        yield server


def class_of(server: Server, *, learners: int) -> dict:
    """A class that begins now: pk of its session, room and persons, logins of all."""
    return server.python(CLASS.format(many=learners))


def rush_for(server: Server, *, learners: int, seats: int) -> dict:
    """Two classes with `seats` seats that `learners` want: pk and pool, persons and logins.

    Beside them other classes, and one with seats enough for the floor.
    """
    return server.python(RUSH.format(learners=learners, seats=seats, others=OTHER_CLASSES))


def _collect_static_files() -> None:
    stamp = settings.STATIC_ROOT / dev.STATIC_STAMP
    with dev.one_at_a_time(settings.TESTS / "static.lock", "Waiting for collected styles"):
        if stamp.exists() and stamp.read_text() == dev.static_sources():
            return
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
        done = subprocess.run(
            [sys.executable, "dev.py", "steps", "--only-static"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode:
        raise dev.Stop(f"{done.stdout}\nCollecting styles and scripts failed (see above).")
