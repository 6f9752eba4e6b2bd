"""A class with dozens of open pages, and something breaks: nobody's minutes and no message goes.

Real daphne, real sockets that behave as the page's script does (bench.stage.visitors), and
faults made by really killing and stopping processes. The same with hundreds of pages is
`dev.py bench room`.
"""

import os
import signal
import time
from pathlib import Path

import pytest

from bench.stage.cpu import memory_held
from bench.stage.school import class_of
from bench.stage.visitors import Visitors
from tests.servers import Postgres, Valkey
from tests.serving import Server

from .test_rush_killed import DatabasesOf

PAGES = 30
MB = 1024 * 1024
VISITS = """
from live.models import Visit
answer = [
    [visit.person_id, visit.entered_at.timestamp(), visit.last_seen_at.timestamp()]
    for visit in Visit.objects.filter(classroom={room}).order_by("entered_at")
]
"""
# Beats are written every five seconds; a page of these tests beats every three.
BEAT_S = 3
A_BEAT_AND_ITS_WRITING_S = BEAT_S + 5 + 2


@pytest.fixture
def class_room(own_server):
    return own_server, class_of(own_server, learners=PAGES)


def everybody(server, made, **options):
    return Visitors(made["session"], made["learners"], ports=[server.port], **options)


def texts_of(page):
    return [event["text"] for event in page.events if event["kind"] == "message"]


def all_heard_the_same(visitors, texts):
    """Each message once on every page, in one order."""
    visitors.wait(
        lambda: all(len(texts_of(page)) >= len(texts) for page in visitors.reading),
        f"have heard {len(texts)} messages",
    )
    lists = {tuple(texts_of(page)) for page in visitors.reading}
    assert len(lists) == 1
    assert sorted(lists.pop()) == sorted(texts)


def one_visit_each_over(server, made, began, ended):
    """Everybody was here all the time, once, and not a moment longer than they were."""
    visits = server.python(VISITS.format(room=made["room"]))
    assert sorted(person for person, _start, _end in visits) == sorted(made["persons"])
    for _person, start, end in visits:
        assert start <= began
        assert ended - A_BEAT_AND_ITS_WRITING_S <= end <= time.time()


def sentences(count, after=0):
    return [f"第 {number} 句：墨太淡，是水多了？" for number in range(after, after + count)]


def test_a_burst_is_the_same_list_on_every_page(class_room):
    server, made = class_room
    texts = sentences(4 * PAGES)
    with everybody(server, made) as visitors:
        visitors.say_all(texts)
        all_heard_the_same(visitors, texts)


def test_a_killed_server_has_everybody_back_and_no_minute_lost(class_room):
    server, made = class_room
    with everybody(server, made, beat_s=BEAT_S) as visitors:
        began = time.time()
        before = sentences(5)
        visitors.say_all(before)
        visitors.hear(len(before))
        server.kill()
        visitors.wait(lambda: not any(page.is_in for page in visitors.pages), "are out")
        server.start()
        visitors.wait(lambda: all(page.is_in for page in visitors.pages), "are back", 60)
        texts = before + sentences(5, after=5)
        visitors.say_all(texts[5:])
        all_heard_the_same(visitors, texts)
        # A line that nobody answers is one thing, a handshake that is turned away another.
        answered = [
            said for page in visitors.pages for said in page.refused if "Refused" not in said
        ]
        assert answered == []
        time.sleep(A_BEAT_AND_ITS_WRITING_S)
        one_visit_each_over(server, made, began, time.time())


def test_a_server_that_stood_still_for_forty_seconds_loses_nothing(class_room):
    server, made = class_room
    with everybody(server, made, beat_s=BEAT_S) as visitors:
        began = time.time()
        os.killpg(server.process.pid, signal.SIGSTOP)
        time.sleep(40)
        os.killpg(server.process.pid, signal.SIGCONT)
        texts = sentences(5)
        visitors.say_all(texts)
        all_heard_the_same(visitors, texts)
        time.sleep(A_BEAT_AND_ITS_WRITING_S)
        one_visit_each_over(server, made, began, time.time())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Reads memory from /proc.")
def test_pages_that_never_read_cost_little_and_disturb_nobody(class_room):
    server, made = class_room
    texts = [f"{sentence} " + "永" * 180 for sentence in sentences(5 * (PAGES - 20))]
    with everybody(server, made, not_reading=20) as visitors:
        before = memory_held(server.process.pid)
        visitors.say_all(texts)
        all_heard_the_same(visitors, texts)
        assert memory_held(server.process.pid) - before < 100 * MB


@pytest.fixture
def grown(tmp_path, copies, static_files):
    """A server on the tests' PostgreSQL with a Valkey of its own: (server, valkey)."""
    with Valkey() as valkey:
        name = f"yinling_room_{os.getpid()}"
        copies.copy_to(name)
        server = Server(
            folder=tmp_path / "school", database_url=copies.url(name), redis_url=valkey.url
        )
        yield server, valkey
        server.close()
        copies.drop(name)


@pytest.mark.postgres_only
def test_while_the_channel_layer_is_away_for_ten_seconds_nothing_is_lost(grown):
    server, valkey = grown
    made = class_of(server, learners=PAGES)
    server.start()
    with everybody(server, made, beat_s=BEAT_S) as visitors:
        began = time.time()
        texts = sentences(15)
        visitors.say_all(texts[:5])
        valkey.kill()
        # Said while it is away: the hub finds it when it looks by itself.
        visitors.say_all(texts[5:10])
        time.sleep(10)
        valkey.start()
        visitors.say_all(texts[10:])
        visitors.hear(len(texts), patience=15)
        all_heard_the_same(visitors, texts)
        time.sleep(A_BEAT_AND_ITS_WRITING_S)
        one_visit_each_over(server, made, began, time.time())
        assert [page.lost for page in visitors.pages] == [0] * PAGES


@pytest.mark.postgres_only
def test_idle_sockets_stay_open_for_a_minute_over_the_channel_layer(grown):
    server, _valkey = grown
    made = class_of(server, learners=20)
    server.start()
    with everybody(server, made, beat_s=3600) as visitors:
        time.sleep(60)
        assert [(page.lost, page.is_in) for page in visitors.pages] == [(0, True)] * 20


@pytest.mark.postgres_only
def test_while_the_database_is_away_for_twenty_seconds_nothing_is_lost(tmp_path, static_files):
    with Postgres() as database:
        copies = DatabasesOf(database)
        copies.make_template()
        copies.copy_to("room")
        copies.close()
        server = Server(folder=tmp_path / "school", database_url=copies.url("room"))
        try:
            made = class_of(server, learners=PAGES)
            server.start()
            server.python("from django.db import connection as c; c.close(); c.close_pool()")
            with everybody(server, made, beat_s=BEAT_S) as visitors:
                began = time.time()
                texts = sentences(10)
                visitors.say_all(texts[:5])
                visitors.hear(5)
                database.kill()
                assert visitors.say(0, "没有数据库") == 503
                time.sleep(20)
                database.start()
                visitors.say_all(texts[5:])
                visitors.hear(len(texts), patience=15)
                all_heard_the_same(visitors, texts)
                time.sleep(A_BEAT_AND_ITS_WRITING_S)
                one_visit_each_over(server, made, began, time.time())
        finally:
            server.close()
