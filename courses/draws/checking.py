"""Whether a draw was what it says: computed again from its files, and held against the rows."""

import json
from collections.abc import Callable

from accounts.models import Person
from courses.draws import arithmetic
from courses.models import Draw, Enrolment, Source, WaitingEntry


def check(draw: Draw) -> list[str]:
    """What is wrong with a draw that was made, as names; nothing if everything agrees.

    Names of arithmetic.FINDINGS, and of what only the school can see: `list_hash`,
    `seed_hash`, `result_hash` for what was published beside the files, `seats` and `numbers`
    for the places that people have.
    """
    published = {
        "list_hash": arithmetic.sha256(draw.list_text) != draw.list_sha256,
        "seed_hash": arithmetic.sha256(draw.seed) != draw.seed_sha256,
        "result_hash": arithmetic.sha256(draw.result_text) != draw.result_sha256,
    }
    found = [name for name, is_wrong in published.items() if is_wrong]
    found += arithmetic.check(draw.list_text, draw.result_text)
    if "unreadable" not in found:
        found += _rows(draw)
    return found


def _rows(draw: Draw) -> list[str]:
    """Seats and numbers that were given, also those given up since, beside the result."""
    listed, result = json.loads(draw.list_text), json.loads(draw.result_text)
    pools = {code: facts["pool"] for code, facts in listed["pools"].items()}
    whose = _whose()
    persons = {
        number: whose(person)
        for number, person in draw.round.applications.values_list("number", "person")
    }
    of_draw = {"round": draw.round_id, "source": Source.DRAW}
    seats = sorted(
        (persons.get(number, 0), pools[code])
        for number, codes in result["given"]
        for code in codes
    )
    numbers = sorted(
        (pools[code], waiting_number, persons.get(number, 0))
        for code, waiting_number, number in result["waiting"]
    )
    there = sorted(
        (whose(person), pool)
        for person, pool in Enrolment.objects.filter(**of_draw).values_list("person", "pool")
    )
    entries = WaitingEntry.objects.filter(**of_draw).values_list("pool", "number", "person")
    in_line = sorted((pool, number, whose(person)) for pool, number, person in entries)
    differ = {"seats": there != seats, "numbers": in_line != numbers}
    return [name for name, is_wrong in differ.items() if is_wrong]


def _whose() -> Callable[[int], int]:
    """Whose file it is today: some may have been merged since, and their places moved."""
    covers = dict(
        Person.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into")
    )

    def whose(person: int) -> int:
        while person in covers:
            person = covers[person]
        return person

    return whose
