"""What many tests stand on, made once for all that follow each other: a year, a town, a life.

    @made_once
    def year():
        return SimpleNamespace(…)

is a fixture. Its rows are written in a transaction that is never committed, and each test has
a transaction of its own inside it: what one test changes, in the database, in the objects it
was given or in stored files, the next one finds as it was made. `year` may ask for no other
fixture. A test that commits cannot stand on it.
"""

import contextlib
import copy
from itertools import groupby
from pathlib import Path
from unittest import mock

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction


def made_once(make):
    def fixture(db, ground):
        return ground.copy_of(make)

    fixture.make = make
    return pytest.fixture(fixture, name=make.__name__)


class Ground:
    """What the tests of this process stand on just now."""

    def __init__(self):
        self.make = self.made = self.atomic = self.next = None
        self.files = {}

    def stand_on(self, make):
        if make is self.make:
            return
        self.leave()
        if make is None:
            return
        self.atomic = transaction.atomic()
        self.atomic._from_testcase = True  # As Django's TestCase does: durable ones go inside.
        self.atomic.__enter__()
        self.make = make
        try:
            with _remembered_in(self.files):
                self.made = make()
        except BaseException:
            self.leave()
            raise

    def leave(self):
        if self.make is not None:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            self.make = self.made = self.atomic = None
            self.files.clear()

    def make_way(self):
        """After a test: leave, unless the next one stands here, too."""
        if self.next is not self.make:
            self.leave()

    def copy_of(self, make):
        assert self.make is make, f"{make.__name__} was not made before the test began."
        for path, content in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return copy.deepcopy(self.made)


@contextlib.contextmanager
def _remembered_in(files):
    """Take down every file that is stored: what deletes one asks no transaction."""
    save = FileSystemStorage._save

    def remembered(self, name, content):
        stored = save(self, name, content)
        files[Path(self.path(stored))] = Path(self.path(stored)).read_bytes()
        return stored

    with mock.patch.object(FileSystemStorage, "_save", remembered):
        yield


GROUND = Ground()


def ground_of(item):
    """What `item` stands on, if anything: the function that makes it."""
    fixtures = getattr(item, "_fixtureinfo", None)
    if fixtures is None:
        return None
    found = {
        definition.func.make
        for name in fixtures.names_closure
        for definition in fixtures.name2fixturedefs.get(name, ())[-1:]
        if hasattr(definition.func, "make")
    }
    assert len(found) <= 1, f"{item.nodeid} stands on two things."
    return next(iter(found), None)


def commits(item):
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in item.fixturenames


def stand_together(items):
    """The tests of a file that stand on the same follow each other, before those on nothing."""

    def place(item):
        make = ground_of(item)
        return (make is None, (make and make.__name__) or "")

    for _path, of_file in groupby(items, key=lambda item: item.path):
        yield from sorted(of_file, key=place)
