"""A round of many applications in the database of DATABASE_URL, frozen, drawn and verified.

Started by bench.draw in a process of its own:
python -m bench.stage.lots APPLICATIONS CLASSES
"""

import json
import random
import resource
import sys
import time
from contextlib import contextmanager
from datetime import time as clock
from datetime import timedelta

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

import dev  # noqa: E402
from accounts.models import Person  # noqa: E402
from bench.stage.figures import report  # noqa: E402
from bench.stage.files import person  # noqa: E402
from courses.draws import arithmetic, checking, drawing, freezing  # noqa: E402
from courses.models import (  # noqa: E402
    Application,
    ClassGroup,
    Draw,
    Enrolment,
    RegistrationRound,
    SeatPool,
    WaitingEntry,
    Wish,
)
from tests import factories  # noqa: E402
from tests.databases import databases  # noqa: E402

BATCH = 5_000
COUPLES = 10  # one application of so many stands beside a partner's
SEATS = 25


def build(applications: int, classes: int) -> RegistrationRound:
    """A term of `classes` classes and a round that has just closed with `applications`."""
    chance = random.Random(5)
    now = timezone.now()
    city = factories.organisation("青岚市")
    course = factories.course(organisation=city)
    term = factories.term(now=now, open_round=False)
    teacher = factories.person("沈文清", organisation=city)
    groups = ClassGroup.objects.bulk_create(
        ClassGroup(
            course=course,
            term=term,
            organisation=city,
            teacher=teacher,
            code=f"K{number:04d}",
            name=f"第{number}班",
            pinyin="",
            pinyin_initials="",
            weekday=number % 6,
            starts_at_time=clock(8 + number // 6 % 10),
        )
        for number in range(classes)
    )
    pools = SeatPool.objects.bulk_create(
        SeatPool(class_group=group, capacity=SEATS) for group in groups
    )
    round = RegistrationRound.objects.create(
        term=term,
        name="抽签",
        method=RegistrationRound.Method.DRAW,
        opens_at=now - timedelta(days=5),
        closes_at=now,
        last_application_number=applications,
    )
    people = Person.objects.bulk_create(
        (person(chance, [city], number) for number in range(applications)), batch_size=BATCH
    )
    made = Application.objects.bulk_create(
        (
            Application(round=round, person=one, number=number, asked_at=now)
            for number, one in enumerate(people, start=1)
        ),
        batch_size=BATCH,
    )
    tied = [(made[at], made[at + 1]) for at in range(0, applications - 1, 2 * COUPLES)]
    for one, other in tied:
        one.partner, other.partner = other, one
    Application.objects.bulk_update(
        [one for pair in tied for one in pair], ["partner"], batch_size=500
    )
    # Half of all wishes go to a tenth of the classes.
    weights = [9 if number % 10 == 0 else 1 for number in range(classes)]
    wishes, wanted = [], {}
    for one in made:
        if one.partner_id in wanted:
            mine = wanted[one.partner_id]
        else:
            mine = list(dict.fromkeys(chance.choices(pools, weights, k=chance.randint(1, 4))))
            wanted[one.pk] = mine
        wishes += [
            Wish(application=one, pool=pool, rank=rank) for rank, pool in enumerate(mine, start=1)
        ]
    Wish.objects.bulk_create(wishes, batch_size=BATCH)
    return round


def timed(name: str, work):
    began, used = time.monotonic(), time.process_time()
    answer = work()
    seconds, used = time.monotonic() - began, time.process_time() - used
    report(name, seconds)
    report(name.replace("_s", "_cpu_s"), used)
    return answer, seconds


@contextmanager
def longest_hold(name: str):
    """Print how long the longest transaction kept others from writing (SQLite has one writer)."""
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    begun: list[float] = []
    held = [0.0]

    def begin(self):
        answer = enter(self)
        begun.append(time.monotonic())
        return answer

    def end(self, *error):
        answer = leave(self, *error)
        since = begun.pop()
        if not begun:
            held.append(time.monotonic() - since)
        return answer

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = begin, end
    try:
        yield
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave
        report(name, max(held))


def measure(applications: int, classes: int) -> None:
    for name, value in (("database", connection.vendor), ("applications", applications)):
        report(name, value)
    report("classes", classes)
    round, _seconds = timed("build_s", lambda: build(applications, classes))
    report("couples", Application.objects.filter(partner__isnull=False).count() // 2)
    with longest_hold("freeze_hold_s"):
        draw, _seconds = timed("freeze_s", lambda: freezing.freeze(round=round, number_source="1"))
    listed = json.loads(draw.list_text)
    _drawn, compute_s = timed("compute_s", lambda: arithmetic.draw(listed, draw.seed, "081217"))
    # As on a server: people are told afterwards, by the background worker.
    with (
        override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}),
        longest_hold("draw_hold_s"),
    ):
        _made, draw_s = timed(
            "draw_s",
            lambda: drawing.draw(draw=draw, public_number="081217", witnesses="吴德山"),
        )
    report("apply_s", draw_s - compute_s)
    draw = Draw.objects.select_related("round").get(pk=draw.pk)
    found, _seconds = timed("verify_s", lambda: checking.check(draw))
    if found:
        raise dev.Stop(f"The draw does not agree with itself: {', '.join(found)}")
    report("seats_given", Enrolment.objects.count())
    report("waiting_numbers", WaitingEntry.objects.count())
    report("list_mib", len(draw.list_text.encode()) / 2**20)
    report("peak_mib", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(applications: int, classes: int) -> None:
    copies = databases()
    copies.make_template()
    name = connection.settings_dict["NAME"]
    copies.copy_to(name)
    try:
        measure(applications, classes)
    finally:
        connection.close()
        copies.drop(name)
        copies.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
