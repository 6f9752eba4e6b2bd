"""The rush for forty seats, and in the middle of it the database or the server is ended.

Whoever was answered a seat or a number has it afterwards; the others press once more, with
the key of their page, and nobody has two places or a seat that was not there.
"""

import resource
from collections import Counter

import psycopg
import pytest

from bench.stage import crowd
from bench.stage.rush import STANDING, errors_of, presses
from bench.stage.school import rush_for
from tests.databases import PostgresDatabases, migrations_digest
from tests.servers import Postgres
from tests.serving import Server

LEARNERS, SEATS = 60, 8
# Of twice as many presses: some are answered, most are not.
IN_THE_MIDDLE = 30


def everybody_has_their_place(server, school, pressed, answers):
    """Press again where no place was answered; then everything is as if nothing had been."""
    _class_group, pool = school["wanted"][0]
    held = server.python(STANDING.format(pool=pool))
    assert held["seats_taken"] == len(held["seated"]) <= SEATS
    places = {f"/my/places/seat/{pk}/" for pk in held["seated"]}
    places |= {f"/my/places/waiting/{pk}/" for pk in held["waiting"]}
    promised = {answer.location for answer in answers if answer.status == 302}
    assert promised
    assert promised <= places

    again = crowd.press_at_once(server.port, pressed).answers
    standing = server.python(STANDING.format(pool=pool))
    assert list(errors_of(school, standing, again)) == []
    assert len(standing["seated"]) == SEATS
    for before, after in zip(answers, again, strict=True):
        assert before.status != 302 or before.location == after.location


def rush_until(server, pressed, end):
    """Everybody presses; `end` is called once some have been answered."""

    def after(answered):
        if answered == IN_THE_MIDDLE:
            end()

    answers = crowd.press_at_once(server.port, pressed, after=after).answers
    kinds = Counter(answer.status for answer in answers)
    assert IN_THE_MIDDLE <= kinds[302] < len(pressed)
    return answers


def everybody_else_is_told(answers):
    """That it may not have been written down, and no stack of calls."""
    told = [answer for answer in answers if answer.status != 302]
    assert {answer.status for answer in told} == {503}
    for answer in told:
        assert "可能没有记下来" in answer.body.decode()
        assert "Traceback" not in answer.body.decode()


def test_killing_the_server_in_the_rush_loses_and_doubles_nobody(own_server):
    school = rush_for(own_server, learners=LEARNERS, seats=SEATS)
    pressed = presses(school, *school["wanted"][0])
    answers = rush_until(own_server, pressed, own_server.kill)
    own_server.start()
    everybody_has_their_place(own_server, school, pressed, answers)


@pytest.mark.sqlite_only
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Only Linux limits a process.")
def test_a_full_disk_is_told_in_words_and_leaves_nothing_half_done(own_server):
    school = rush_for(own_server, learners=LEARNERS, seats=SEATS)
    pressed = presses(school, *school["wanted"][0])
    pid = own_server.process.pid
    _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    answers = rush_until(
        own_server, pressed, lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
    )
    everybody_else_is_told(answers)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    everybody_has_their_place(own_server, school, pressed, answers)


class DatabasesOf(PostgresDatabases):
    """Databases of a server of one's own, not of the one the tests run on."""

    def __init__(self, server: Postgres):
        self.server = server
        self.template = f"yinling_template_{migrations_digest()}"
        self.maintenance = psycopg.connect(server.url, autocommit=True)

    def url(self, name: str) -> str:
        return f"{self.server.url.removesuffix('/postgres')}/{name}"


@pytest.mark.postgres_only
def test_stopping_postgresql_in_the_rush_loses_and_doubles_nobody(tmp_path, static_files):
    with Postgres() as database:
        copies = DatabasesOf(database)
        copies.make_template()
        copies.copy_to("rush")
        copies.close()
        server = Server(folder=tmp_path / "school", database_url=copies.url("rush"))
        try:
            school = rush_for(server, learners=LEARNERS, seats=SEATS)
            pressed = presses(school, *school["wanted"][0])
            server.start()

            # Its connections would be found broken by who asks how things stand.
            server.python("from django.db import connection as c; c.close(); c.close_pool()")

            def crash():
                # It comes back at once, as under a supervisor.
                database.kill()
                database.start()

            answers = rush_until(server, pressed, crash)
            everybody_else_is_told(answers)
            everybody_has_their_place(server, school, pressed, answers)
        finally:
            server.close()
