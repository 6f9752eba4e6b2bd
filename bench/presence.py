"""How many heartbeats a process sustains, and how many statements they cost its database.

A class of logged-in learners on real daphne and real sockets. Every beat is answered and
counted for its person; the database hears of all of them together. Beside it the plain way,
in the same run and on the same database: one UPDATE for each beat.
"""

import argparse
import contextlib
import http.client
import json
import sys
import time

from bench.peers.door import DOOR
from bench.stage.cpu import A_TICK_S, seconds_used
from bench.stage.figures import report
from bench.stage.process import running
from bench.stage.school import class_of, empty_school
from bench.stage.visitors import Visitors

DAPHNE = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1"]
# Twice a second is as often as the room lets a page speak.
BEAT_S = 1.0
TICK_S = 5
SETTLE_S = 2
UPDATE = 'UPDATE "live_visit"'

# In the school's own process, beside the server that is measured.
PLAIN = """
import time
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from live.models import Visit
visits = list(Visit.objects.filter(classroom={room}).values_list("pk", flat=True))
before = time.process_time()
for pk in visits:
    Visit.objects.filter(pk=pk).update(last_seen_at=Greatest(F("last_seen_at"), timezone.now()))
answer = [len(visits), time.process_time() - before]
"""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench presence", description=__doc__)
    parser.add_argument("--learners", type=int, default=500, help="learners in class (500)")
    parser.add_argument("--seconds", type=float, default=20, help="how long they beat (20)")
    options = parser.parse_args(argv)
    few = max(options.learners // 10, 1)
    for name in ("learners", "seconds"):
        report(name, getattr(options, name))
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(empty_school())
        made = class_of(server, learners=options.learners)
        command = [*DAPHNE, "-p", str(server.port), "bench.peers.counted:application"]
        process = stack.enter_context(
            running(command, port=server.port, door=DOOR, env=server.env)
        )
        for of, learners in (("_few", few), ("", options.learners)):
            logins = made["learners"][:learners]
            with Visitors(made["session"], logins, ports=[server.port], beat_s=BEAT_S):
                time.sleep(SETTLE_S + TICK_S)
                us, updates = measure(process.pid, server.port, learners, options.seconds)
            report(f"beat{of}_us", us)
            report(f"updates_per_tick{of}", updates)
        visits, seconds = server.python(PLAIN.format(room=made["room"]))
        report("update_us", seconds * 1e6 / visits)
        report("beats_per_s", 1e6 / us)
    return 0


def measure(pid: int, port: int, learners: int, seconds: float) -> tuple[float, float]:
    """Processor microseconds of the server for a beat, and UPDATEs of visits in a tick."""
    began, used, asked = time.monotonic(), seconds_used(pid), statements(port)
    time.sleep(seconds)
    took, used = time.monotonic() - began, max(seconds_used(pid) - used, A_TICK_S)
    updates = statements(port).get(UPDATE, 0) - asked.get(UPDATE, 0)
    return used * 1e6 / (learners * took / BEAT_S), updates / (took / TICK_S)


def statements(port: int) -> dict[str, int]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
        line.request("POST", DOOR)
        return json.loads(line.getresponse().read())
