"""Which tests need not be asked on both sizes, and what keeps that true.

A test that asks for no database and for no server reads and writes nothing in which the sizes
differ: database, cache and channels. It is asked on the small size only, and watched there: one
that touches them nevertheless, or starts the product, fails and says so.
"""

import contextlib
import subprocess
from pathlib import Path

import pytest
from channels.layers import ChannelLayerManager
from django.utils.connection import BaseConnectionHandler

MARKS = {"django_db", "browser", "both_sizes", "sqlite_only", "postgres_only"}
# A client's requests look after connections, whatever the page does.
FIXTURES = {"db", "django_db_setup", "copies", "make_server", "client", "async_client"}
PRODUCT = {"manage.py", "dev.py", "daphne", "bench", "pytest", "tests.servers"}


def is_same_on_both(item) -> bool:
    marks = {mark.name for mark in item.iter_markers()}
    in_folder = item.path.parent.name in {"faults", "bench"}
    return not (marks & MARKS or FIXTURES & set(item.fixturenames) or in_folder)


@pytest.fixture(autouse=True)
def same_on_both(request, nothing_remembered):
    """Watch a test that is asked on one size only."""
    if not is_same_on_both(request.node):
        yield
        return
    with watched() as touched:
        yield
    assert not touched, (
        f"uses {' and '.join(sorted(touched))}, in which the sizes differ:"
        " ask for `db`, or mark the test `both_sizes`"
    )


@contextlib.contextmanager
def watched():
    """Gives the set of what is touched meanwhile."""
    touched, start = set(), subprocess.Popen.__init__

    def noting(plain, what):
        def noted(self, *arguments, **options):
            touched.add(what)
            return plain(self, *arguments, **options)

        return noted

    def starting(self, args, *arguments, **options):
        words = [args] if isinstance(args, str | bytes) else args
        if any(Path(str(word)).name in PRODUCT for word in words):
            touched.add("the product in a process of its own")
        return start(self, args, *arguments, **options)

    connections, layers = BaseConnectionHandler, ChannelLayerManager
    one, every, layer = connections.__getitem__, connections.all, layers.__getitem__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "__getitem__", noting(one, "a database or a cache"))
        patch.setattr(connections, "all", noting(every, "all databases or caches"))
        patch.setattr(layers, "__getitem__", noting(layer, "a channel layer"))
        patch.setattr(subprocess.Popen, "__init__", starting)
        yield touched
