"""A class with hundreds of pages: a burst, messages at a pace, a restart, pages that never read.

The room as it is served: daphne, sockets that behave as the page's script does, messages by
POST from the learners' own logins. `--grown` has the pages over two processes with PostgreSQL
and Valkey. Every page must hear every message once and in one order, or the run ends.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time

import dev
from bench.stage.cpu import memory_held, seconds_used
from bench.stage.figures import report, share_s
from bench.stage.school import class_of, empty_school
from bench.stage.visitors import Page, Visitors
from tests.servers import Postgres, Valkey
from tests.serving import Server

NOT_READING = 20
PER_SECOND = 5
MB = 1024 * 1024


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench room", description=__doc__)
    parser.add_argument("--learners", type=int, help="pages (200; grown 1,000)")
    parser.add_argument("--burst", type=int, default=400, help="messages of the burst (400)")
    parser.add_argument("--paced", type=int, default=60, help="messages at five a second (60)")
    parser.add_argument("--grown", action="store_true", help="two processes, PostgreSQL, Valkey")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    options.learners = options.learners or (1000 if options.grown else 200)
    if options.inside or not options.grown:
        return measure(options)
    with Postgres() as database, Valkey() as valkey:
        env = os.environ | {"DATABASE_URL": database.url, "REDIS_URL": valkey.url}
        # The settings are read once: a process of its own, which knows its servers.
        code = "import sys; from bench.room import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run([sys.executable, "-c", code, *argv, "--inside"], env=env)
    return done.returncode


def measure(options) -> int:
    import django

    django.setup()
    for name in ("learners", "burst", "paced"):
        report(name, getattr(options, name))
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(empty_school())
        made = class_of(server, learners=options.learners + NOT_READING)
        servers = [server]
        if options.grown:
            beside = Server(
                folder=server.folder.with_name("bench-2"),
                database_url=server.env["DATABASE_URL"],
                redis_url=server.env["REDIS_URL"],
            )
            stack.callback(beside.close)
            servers.append(beside)
        for each in servers:
            each.start()
        report("processes", len(servers))
        began = time.monotonic()
        ports = [each.port for each in servers]
        logins = made["learners"][: options.learners]
        with Visitors(made["session"], logins, ports=ports) as visitors:
            report("in_s", time.monotonic() - began)
            a_burst(visitors, options.burst)
            at_a_pace(visitors, options.burst, options.paced)
            if not options.grown:
                a_restart(visitors, server)
            report("lost_sockets", sum(page.lost for page in visitors.pages))
        if not options.grown:
            never_reading(server, made, options.learners)
    return 0


def a_burst(visitors: Visitors, burst: int) -> None:
    began = time.monotonic()
    visitors.say_all([words(number) for number in range(burst)])
    visitors.hear(burst)
    report("burst_s", time.monotonic() - began)
    alike(visitors.reading)


def at_a_pace(visitors: Visitors, before: int, paced: int) -> None:
    """From the press on one page to the sight on another, over all messages and pages."""
    texts = [words(before + number) for number in range(paced)]
    sent_at = dict(zip(texts, visitors.say_all(texts, per_second=PER_SECOND), strict=True))
    visitors.hear(before + paced)
    took = [
        page.heard_at[event["number"]] - sent_at[event["text"]]
        for page in visitors.reading
        for event in page.events[before:]
    ]
    report("message_median_s", share_s(took, 50))
    report("message_p95_s", share_s(took, 95))
    alike(visitors.reading)


def a_restart(visitors: Visitors, server: Server) -> None:
    """How long until the last page is back after a kill -9, and what was turned away."""
    server.kill()
    visitors.wait(lambda: not any(page.is_in for page in visitors.pages), "are out")
    for page in visitors.pages:
        page.refused.clear()
    server.start()
    began = time.monotonic()
    visitors.wait(lambda: all(page.is_in for page in visitors.pages), "are back")
    report("back_s", max(page.greeted_at for page in visitors.pages) - began)
    turned_away = [said for page in visitors.pages for said in page.refused]
    report("refused_handshakes", sum("ConnectionRefused" not in said for said in turned_away))


def never_reading(server: Server, made: dict, learners: int) -> None:
    """The same class again, with pages that never read what they are sent."""
    logins = made["learners"]
    with Visitors(
        made["session"], logins, ports=[server.port], not_reading=NOT_READING
    ) as visitors:
        seen = visitors.reading[0].seen
        before, used = memory_held(server.process.pid), seconds_used(server.process.pid)
        texts = [f"{words(number)} {'永' * 170}" for number in range(learners)]
        visitors.say_all(texts)
        visitors.hear(seen + len(texts))
        report("memory_growth_mb", (memory_held(server.process.pid) - before) / MB)
        report("message_cpu_ms", (seconds_used(server.process.pid) - used) * 1000 / len(texts))
        alike(visitors.reading)


def alike(pages: list[Page]) -> None:
    lists = {tuple(event["text"] for event in page.events) for page in pages}
    if len(lists) != 1 or len(set(*lists)) != len(*lists):
        raise dev.Stop(f"{len(lists)} different lists were heard by {len(pages)} pages.")


def words(number: int) -> str:
    return f"第 {number} 句：墨太淡，是水多了，还是纸的关系？"
