"""CPU microseconds of a server for each event it delivers to each of its open sockets.

Ours is config.asgi on daphne with a class of logged-in learners whose messages are written
to the database; beside it plain Channels groups on the same daphne, Socket.IO and bare ws on
Node. All are told the same text in the same way, one after the other, and everything that
the server's process does meanwhile counts.
"""

import argparse
import contextlib
import json
import platform
import resource
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import dev
from bench.peers.door import DOOR
from bench.stage.audience import Audience, plain, socketio
from bench.stage.cpu import A_TICK_S, seconds_used
from bench.stage.process import post, running
from bench.stage.school import class_of, empty_school
from tests.servers import free_port

HERE = Path(__file__).resolve().parent
DAPHNE = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1"]
WARM_UP = 3
# Twice the hub's tick: events of one tick share a frame.
APART_S = 0.2
# Until what an event has stirred up is done.
SETTLE_S = 0.5
# Files a process has open beside its sockets.
OTHER_FILES = 100


class Trial:
    """A server with everybody in: `tell` makes it deliver the events with these numbers."""

    def __init__(self, process: subprocess.Popen, audience: Audience, tell: Callable):
        self.process = process
        self.audience = audience
        self.tell = tell
        self.told = 0

    def one_by_one(self, events: int) -> float:
        """Microseconds per delivered event, each event in a frame of its own."""
        self._tell_apart(WARM_UP)
        before = self._seconds()
        self._tell_apart(events)
        return self._microseconds(before, events)

    def burst(self, events: int) -> float:
        """The same for events that are made as quickly as can be."""
        before = self._seconds()
        numbers = range(self.told + 1, self.told + events + 1)
        with ThreadPoolExecutor(1) as other_hand:
            told = other_hand.submit(self.tell, numbers)
            self.audience.hear(numbers[-1])
            told.result()
        self.told = numbers[-1]
        return self._microseconds(before, events)

    def _tell_apart(self, events: int) -> None:
        for _ in range(events):
            self.told += 1
            self.tell([self.told])
            self.audience.hear(self.told)
            self.audience.listen_for(APART_S)

    def _seconds(self) -> float:
        self.audience.listen_for(SETTLE_S)
        return seconds_used(self.process.pid)

    def _microseconds(self, before: float, events: int) -> float:
        used = max(self._seconds() - before, A_TICK_S)
        return used * 1e6 / events / len(self.audience.listeners)


@contextlib.contextmanager
def ours(sockets: int) -> Iterator[Trial]:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(empty_school())
        made = class_of(server, learners=sockets)
        command = [*DAPHNE, "-p", str(server.port), "bench.peers.ours:application"]
        process = stack.enter_context(
            running(command, port=server.port, door=DOOR, env=server.env)
        )

        def tell(numbers):
            said = [
                {"person": made["persons"][number % sockets], "text": words(number)}
                for number in numbers
            ]
            post(server.port, DOOR, json.dumps({"room": made["room"], "said": said}).encode())

        def page(login):
            address = f"/ws/sessions/{made['session']}/?device={uuid.uuid4()}"
            return address, {"Origin": server.url, "Cookie": f"session={login}"}

        audience = stack.enter_context(Audience(plain))
        audience.open(server.port, map(page, made["learners"]))
        yield Trial(process, audience, tell)


@contextlib.contextmanager
def peer(command: list[str], sockets: int, *, path: str = "/", dialect=plain) -> Iterator[Trial]:
    """A peer; `command` lacks only the port at its end."""
    port = free_port()

    def tell(numbers):
        for number in numbers:
            post(port, DOOR, frame(number).encode())

    server = running([*command, str(port)], port=port, door=DOOR)
    with server as process, Audience(dialect) as audience:
        audience.open(port, [(path, {})] * sockets)
        yield Trial(process, audience, tell)


def channels(sockets: int):
    return peer([*DAPHNE, "bench.peers.plain_channels:application", "-p"], sockets)


def socketio_on_node(sockets: int):
    address = "/socket.io/?EIO=4&transport=websocket"
    return peer(node("socketio.mjs"), sockets, path=address, dialect=socketio)


def ws_on_node(sockets: int):
    return peer(node("ws.mjs"), sockets)


def node(script: str) -> list[str]:
    return [node_path(), str(HERE / "peers" / script)]


def node_path() -> str:
    if found := shutil.which("node"):
        return found
    raise dev.Stop("Node is missing; dev.py brings it: python3 dev.py bench fanout")


def words(number: int) -> str:
    return f"第 {number} 句：墨太淡，是水多了，还是纸的关系？"


def frame(number: int) -> str:
    """What peers deliver: the same text that a page of ours is sent for `words`."""
    event = {
        "number": number,
        "kind": "message",
        "person": 1000 + number,
        "name": "王秀兰",
        "at": "2026-09-03T01:00:00.000000+00:00",
        "text": words(number),
        "teacher": False,
    }
    return json.dumps({"type": "events", "events": [event]}, ensure_ascii=False)


def allow_files(wanted: int) -> None:
    """Let this process and its children have that many files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise dev.Stop(
            f"A process here may open {hard} files. Try: --sockets {hard - OTHER_FILES}"
        )
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


TRIALS = {
    "ours": ours,
    "channels": channels,
    "socketio": socketio_on_node,
    "ws": ws_on_node,
}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench fanout", description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000, help="open sockets (1000)")
    parser.add_argument("--events", type=int, default=40, help="single events (40)")
    parser.add_argument("--burst", type=int, default=100, help="events of the burst (100)")
    parser.add_argument("--only", nargs="+", choices=TRIALS, default=list(TRIALS))
    options = parser.parse_args(argv)
    allow_files(options.sockets + OTHER_FILES)
    for name in ("sockets", "events", "burst"):
        report(name, getattr(options, name))
    report_versions(with_node={"socketio", "ws"} & set(options.only))

    found = {}
    for name in options.only:
        with TRIALS[name](options.sockets) as trial:
            found[name] = trial.one_by_one(options.events)
            report(f"{name}_us", found[name])
            if name == "ours":
                report("burst_us", trial.burst(options.burst))
    for name in ("channels", "socketio"):
        if {name, "ours"} <= set(found):
            report(f"ratio_{name}", found[name] / found["ours"])
    return 0


def report_versions(*, with_node) -> None:
    report("python", platform.python_version())
    for package in ("daphne", "channels"):
        report(package, version(package))
    if with_node:
        report("node", subprocess.check_output([node_path(), "--version"], text=True).strip())
        for package in ("socket.io", "ws"):
            facts = HERE / "node_modules" / package / "package.json"
            report(package, json.loads(facts.read_text())["version"])


def report(name: str, value) -> None:
    print(f"{name}: {value:.1f}" if isinstance(value, float) else f"{name}: {value}", flush=True)
