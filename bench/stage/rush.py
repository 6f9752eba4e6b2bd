"""Measures one rush on the database that DATABASE_URL names: see bench.rush."""

import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import dev
from bench.peers.door import DOOR
from bench.stage import crowd
from bench.stage.cpu import seconds_used
from bench.stage.figures import report, share_s
from bench.stage.process import running
from bench.stage.school import empty_school, rush_for
from tests.servers import free_port
from tests.serving import Server

# What the database holds afterwards. A number is taken under the lock of its pool's row,
# which is held until the commit; where the database noted when that was, it is asked, too.
STANDING = """
from django.db import connection
from courses.models import Enrolment, SeatPool, WaitingEntry

pool = SeatPool.objects.get(pk={pool})
waiting = WaitingEntry.objects.filter(pool=pool)
committed = None
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute("SHOW track_commit_timestamp")
        if cursor.fetchone() == ("on",):
            cursor.execute(
                "SELECT number FROM courses_waitingentry WHERE pool_id = %s "
                "ORDER BY pg_xact_commit_timestamp(xmin), number", [pool.pk]
            )
            committed = [number for (number,) in cursor]
answer = {{
    "seats_taken": pool.seats_taken,
    "seated": dict(Enrolment.objects.filter(pool=pool).values_list("pk", "person")),
    "waiting": dict(waiting.values_list("pk", "person")),
    "written": list(waiting.order_by("pk").values_list("number", flat=True)),
    "committed": committed,
}}
"""


def presses(school: dict, class_group: int, pool: int) -> list[bytes]:
    """Everybody presses twice, as an unsure hand does: the same page, the same key."""
    twice = []
    for person, login in zip(school["persons"], school["logins"], strict=True):
        fields = {"person": str(person), "key": str(uuid.uuid4()), "pool": str(pool)}
        twice += [crowd.post(f"/classes/{class_group}/enrolment/", login=login, **fields)] * 2
    return twice


def errors_of(school: dict, standing: dict, answers: list[crowd.Answer]) -> Iterator[str]:
    """Everything that is not as it was promised, a sentence each."""
    places = {
        f"/my/places/{kind}/{pk}/": person
        for kind, name in (("seat", "seated"), ("waiting", "waiting"))
        for pk, person in standing[name].items()
    }
    pairs = zip(answers[::2], answers[1::2], strict=True)
    for person, (first, second) in zip(school["persons"], pairs, strict=True):
        for answer in (first, second):
            if answer.status != 302 or str(places.get(answer.location)) != str(person):
                yield f"Somebody was answered {answer.status} {answer.location}."
        if first.location != second.location:
            yield f"The same press was answered {first.location} and {second.location}."
    held = len(standing["seated"]) + len(standing["waiting"])
    if held != len(school["persons"]):
        yield f"{held} places were given to {len(school['persons'])} people."
    if standing["seats_taken"] != len(standing["seated"]):
        yield f"{standing['seats_taken']} seats are counted, {len(standing['seated'])} given."
    in_order = list(range(1, len(standing["waiting"]) + 1))
    if standing["written"] != in_order:
        yield "The waiting numbers have a gap, or are not in the order of writing."
    if standing["committed"] not in (None, in_order):
        yield "The waiting numbers are not in the order of commit."


@dataclass(frozen=True)
class Pace:
    """How fast a server answered a crowd."""

    per_s: float
    # Processor time of the server's process for one press; the database's is not in it.
    cpu_ms: float


def timed(process, port: int, many: list[bytes]) -> tuple[crowd.Rush, Pace]:
    used = seconds_used(process.pid)
    rush = crowd.press_at_once(port, many)
    used = seconds_used(process.pid) - used
    return rush, Pace(len(many) / rush.seconds, used * 1000 / len(many))


def floor_of(server: Server, school: dict) -> Pace:
    """The same crowd before the floor (bench.peers.floor_urls), on the same database."""
    class_group, pool = school["floor"]
    many = [
        crowd.post(f"/pools/{pool}/", login=login, **{"class": str(class_group)})
        for login in school["logins"]
        for _ in range(2)
    ]
    port = free_port()
    command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    env = server.env | {"DJANGO_SETTINGS_MODULE": "bench.peers.floor_settings"}
    command.append("bench.peers.floor:application")
    with running(command, port=port, door=DOOR, env=env) as process:
        rush, pace = timed(process, port, many)
    if bad := [answer.status for answer in rush.answers if answer.status != 302]:
        raise dev.Stop(f"The floor failed {len(bad)} times, the first with {bad[0]}.")
    return pace


def measure(server: Server, learners: int, seats: int) -> bool:
    """Run the rush and print its figures; False if somebody was answered wrongly."""
    school = rush_for(server, learners=learners, seats=seats)
    first, again = school["wanted"]
    server.start()
    looks = {"catalogue": school["catalogue"], "class": f"/classes/{again[0]}/"}
    requests = {name: crowd.get(path) for name, path in looks.items()}
    for request in requests.values():
        # The first visitor of a page waits for its templates.
        warm = crowd.press_at_once(server.port, [request]).answers[0]
        if warm.status != 200:
            raise dev.Stop(f"{request.split()[1].decode()} was answered {warm.status}.")
    rush, pace = timed(server.process, server.port, presses(school, *first))
    # Once more with visitors beside it, whom the floor does not have.
    watched = crowd.press_at_once(server.port, presses(school, *again), looks=requests)
    server.stop()
    errors = []
    for wanted, answers in ((first, rush.answers), (again, watched.answers)):
        standing = server.python(STANDING.format(pool=wanted[1]))
        errors += errors_of(school, standing, answers)
        if wanted == first:
            report("seated", len(standing["seated"]))
            report("waiting", len(standing["waiting"]))
    for sentence in errors[:5]:
        print(sentence, file=sys.stderr)
    report("errors", len(errors))
    took = [answer.seconds for answer in rush.answers]
    report("p50_s", share_s(took, 50))
    report("p99_s", share_s(took, 99))
    report("per_s", pace.per_s)
    floor = floor_of(server, school)
    report("floor_per_s", floor.per_s)
    report("ratio_floor", pace.per_s / floor.per_s)
    report("press_cpu_ms", pace.cpu_ms)
    report("floor_cpu_ms", floor.cpu_ms)
    report("ratio_cpu", floor.cpu_ms / pace.cpu_ms)
    for name, answers in watched.looks.items():
        if bad := [answer.status for answer in answers if answer.status != 200]:
            raise dev.Stop(f"The page {name} was answered {bad[0]}.")
        report(f"{name}_p99_s", share_s([answer.seconds for answer in answers], 99))
        report(f"{name}_looks", len(answers))
    return not errors


def main(learners: int, seats: int) -> int:
    try:
        with empty_school() as server:
            return 0 if measure(server, learners, seats) else 1
    except dev.Stop as stop:
        print(stop, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
