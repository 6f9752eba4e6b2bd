"""Two at one file at once, over connections of their own."""

import contextlib
import threading
from datetime import date

import pytest
from django.db import connection

from accounts.errors import FileChanged, NumberTaken
from accounts.files import keeping
from accounts.models import Person
from tests import factories
from tests.courses.test_race import AT_ONCE, all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

ID = "11010519491231002X"


@pytest.mark.parametrize(
    "locked", [True, False], ids=["with the lock", "without it, to prove the test"]
)
def test_of_two_who_correct_one_file_at_once_the_second_is_told(monkeypatch, locked):
    if not locked:
        if connection.vendor == "sqlite":
            pytest.skip("SQLite runs writers one after another whatever the code does.")
        monkeypatch.setattr(keeping, "_locked", lambda person: Person.objects.get(pk=person.pk))
    barrier = threading.Barrier(2)
    check_state = keeping._check_state

    def slow_check(*arguments):
        check_state(*arguments)
        # Both look before either writes, if nothing stops them.
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=0.5)

    monkeypatch.setattr(keeping, "_check_state", slow_check)
    person, user = factories.person(), factories.login()
    seen = keeping.state_of(person, keeping.FACTS)

    def correcting(residence):
        return lambda: keeping.correct(
            person=person, facts={"residence": residence}, seen=seen, by=user
        )

    outcomes = all_at_once(correcting("东街"), correcting("西街"))

    told = [outcome for outcome in outcomes if isinstance(outcome, FileChanged)]
    assert len(told) == (1 if locked else 0)


def test_one_id_number_typed_by_many_at_once_stands_in_one_file():
    unit, user = factories.organisation(), factories.login()

    def opening(number):
        facts = {
            "name": f"王{number}",
            "sex": "f",
            "born_on": date(1949, 12, 31),
            "organisation": unit,
            "id_number": ID,
        }
        return lambda: keeping.open_file(facts=facts, paper="同意书 031", by=user)

    outcomes = all_at_once(*[opening(number) for number in range(AT_ONCE)])

    assert [type(outcome) for outcome in outcomes].count(NumberTaken) == AT_ONCE - 1
    assert Person.objects.exclude(id_index="").count() == 1
