"""The queue of those who write to SQLite (config.sqlite)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from accounts.models import Organisation
from config.sqlite import base

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]


class Broken(Exception):
    pass


def turn():
    return base._turns[str(connection.settings_dict["NAME"])]


@pytest.mark.parametrize("end", ["commit", "rollback", "cut"])
def test_the_turn_is_given_back_however_a_transaction_ends(end):
    try:
        with transaction.atomic():
            assert turn().locked()
            if end == "rollback":
                raise Broken
            if end == "cut":
                connection.close()
    except Broken:
        pass
    except Exception:
        assert end == "cut"
    assert not turn().locked()


def test_the_next_writer_goes_on_when_the_one_before_has_ended_and_neither_is_lost():
    inside, go_on = threading.Event(), threading.Event()

    def write(name, first):
        try:
            with transaction.atomic():
                if first:
                    inside.set()
                    assert go_on.wait(30)
                Organisation.objects.filter(pk=0).update(name=name)
                return name
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(write, "一", True)
        assert inside.wait(30)
        other = pool.submit(write, "二", False)
        assert not other.done()
        go_on.set()
        assert [one.result(30), other.result(30)] == ["一", "二"]
    assert not turn().locked()


def test_who_has_no_turn_after_all_patience_asks_sqlite_itself(monkeypatch):
    monkeypatch.setattr(base, "PATIENCE_S", 0.01)
    turn().acquire()
    try:
        with transaction.atomic():
            assert connection.in_atomic_block
    finally:
        turn().release()
    assert not turn().locked()
