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
    Enrolment(class_group=group, person=person, source="online", seated_at=now)
    for person in persons
)
logins = [
    SessionStore(f"{{number:032d}}").create_model_instance({{
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
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


@contextlib.contextmanager
def empty_school() -> Iterator[Server]:
    """A server that is not started yet; `python` already runs code on its database."""
    _collect_static_files()
    copies = databases()
    copies.make_template()
    database = settings.WORKER_DATA / "bench.sqlite3"
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, settings.WORKER_DATA, ignore_errors=True)
        copies.copy_to(database)
        server = Server(
            folder=settings.WORKER_DATA / "bench", database_url=f"sqlite:///{database}"
        )
        stack.callback(server.close)
        yield server


def class_of(server: Server, *, learners: int) -> dict:
    """A class that begins now: pk of its session, room and persons, logins of all."""
    return server.python(CLASS.format(many=learners))


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
