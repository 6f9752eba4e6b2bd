"""kill -9 in the middle of writing a roster: what is written is whole, the rest follows once."""

import subprocess
import sys

from dev import Cleaner, signal_group
from tests.browser.steps import until
from tests.databases import ROOT

ROWS = 4000
ROSTER = """
from accounts.roster import applying
from bench.stage import people
from tests.accounts.roster import school
school.county()
typed = [row[1:5] for row in people.people({rows})]
roster = school.kept(*typed, headings=people.HEADINGS[1:5])
applying.begin(roster=roster, choice="clean", by=school.registrar())
answer = roster.pk
"""
STANDING = """
from collections import Counter
from accounts import audit
from accounts.models import AuditLine, Person, RosterImport
from accounts.roster.applying import marks_of

roster = RosterImport.objects.get()
answer = {
    "state": roster.state,
    "written": "".join(marks_of(roster)).count("N"),
    "in_doubt": roster.rows.count(),
    "files": Person.objects.exclude(kind="staff").count(),
    "lines": AuditLine.objects.filter(action="file.opened", details__roster=roster.pk).count(),
    "applied": AuditLine.objects.filter(action="roster.applied").count(),
    "broken": audit.verify().broken,
}
"""
WAKE = """
from datetime import timedelta
from django.utils import timezone
from accounts.roster import keeping
answer = keeping.wake(now=timezone.now() + 2 * keeping.DEAD_AFTER)
"""


def test_killing_the_worker_that_writes_a_roster_loses_and_doubles_nobody(own_server):
    server = own_server
    server.python(ROSTER.format(rows=ROWS))
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "db_worker", "--no-startup-delay", "--no-reload"],
        cwd=ROOT,
        env=server.env,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    cleaner = Cleaner()
    cleaner.watch_over(worker)
    try:
        until(lambda: server.python(STANDING)["written"], "the first rows are written")
    finally:
        signal_group(worker, 9)
        worker.wait()
        cleaner.close()

    left = server.python(STANDING)
    assert left["state"] == "applying"
    assert 0 < left["written"] < ROWS
    assert left["written"] == left["files"] == left["lines"]
    assert left["broken"] is None

    assert server.python(WAKE) == 1
    server.manage("db_worker", "--batch", "--no-startup-delay", "--no-reload", "-v", "0")

    done = server.python(STANDING)
    assert done["state"] == "applied"
    assert done["written"] + done["in_doubt"] == ROWS
    assert done["written"] == done["files"] == done["lines"]
    assert (done["applied"], done["broken"]) == (1, None)
