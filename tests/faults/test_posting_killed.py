"""kill -9 between a class that ends and the ledger's lines: posted afterwards, once."""

import subprocess
import sys

import pytest

from tests.databases import ROOT

PEOPLE = 40
# Who was in class for ninety minutes and belongs to a branch; nothing is counted yet.
SCHOOL = """
import uuid
from datetime import timedelta
from django.utils import timezone
from live.models import Classroom, Visit
from tests.branches import school

at = school.organisation()
branch = school.branch(at=at)
school.rule(at, since=timezone.localdate() - timedelta(days=300))
begins = timezone.now() - timedelta(hours=3)
session = school.session(school.class_group(at=at), starts_at=begins, closed=False)
room = Classroom.objects.create(
    session=session, started_at=begins, ended_at=session.ends_at
)
for number in range({people}):
    person = school.person(f"王秀{{chr(0x4e00 + number)}}", at=at)
    school.member(person, branch)
    school.seat(person, session, since=begins - timedelta(days=9))
    Visit.objects.create(
        classroom=room, person=person, device=uuid.uuid4(),
        entered_at=begins, last_seen_at=session.ends_at,
    )
answer = room.pk
"""
# `before` the transaction that posts, or `inside` it with all lines written.
CLOSE_AND_DIE = """
import os, signal
import django
django.setup()
from branches import ledger, records
from live import services
from live.models import Classroom

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

if {moment!r} == "before":
    ledger.post_session = die
else:
    records.draft = die
services.close(classroom=Classroom.objects.get(pk={room}))
"""
STANDING = """
from branches.models import BranchRecord, LedgerBatch, StudyEntry
from live.models import Attendance
lines = StudyEntry.objects.all()
answer = {
    "present": Attendance.objects.filter(is_present=True).count(),
    "lines": lines.count(),
    "people": lines.values("person").distinct().count(),
    "batches": LedgerBatch.objects.count(),
    "records": BranchRecord.objects.count(),
}
"""


@pytest.mark.parametrize("moment", ["before", "inside"])
def test_killed_while_a_class_is_posted_every_line_is_there_once(own_server, moment):
    server = own_server
    room = server.python(SCHOOL.format(people=PEOPLE))

    done = subprocess.run(
        [sys.executable, "-c", CLOSE_AND_DIE.format(moment=moment, room=room)],
        cwd=ROOT,
        env=server.env,
        capture_output=True,
        text=True,
    )

    assert done.returncode == -9, done.stderr
    left = server.python(STANDING)
    assert left == {"present": PEOPLE, "lines": 0, "people": 0, "batches": 0, "records": 0}

    assert f"Posted {PEOPLE} lines." in server.manage("post_study")
    whole = {"present": PEOPLE, "lines": PEOPLE, "people": PEOPLE, "batches": 1, "records": 1}
    assert server.python(STANDING) == whole
    assert "Posted 0 lines." in server.manage("post_study")
    assert server.python(STANDING) == whole
    # It ends with 1, and so with an error here, if a line differs from its evidence.
    server.manage("verify_ledger")
