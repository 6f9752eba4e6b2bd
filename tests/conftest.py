"""What every test may ask for, and what no test may do: leave this machine.

Databases (tests.databases), a started server (tests.serving), Chromium (tests.chromium)
and a real clip (tests.media) are explained where they are made.
"""

import contextlib
import inspect
import ipaddress
import os
import shutil
import socket
import subprocess
import sys

import pytest
from channels.layers import channel_layers
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection
from django.test import TransactionTestCase
from django.utils.functional import empty
from django.utils.translation import trans_real
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from playwright.sync_api import sync_playwright

import dev
from tests import chromium, media, once
from tests.databases import ROOT, databases, restore
from tests.ground import GROUND, commits, ground_of, stand_together
from tests.servers import OURS, Valkey
from tests.serving import Server
from tests.sizes import is_same_on_both, same_on_both  # noqa: F401

CHROMIUM = dev.chromium_path()

# Timings are never asserted: a busy machine would fail an example for being late.
hypothesis.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("tests")


# Which tests run, and in what order


def pytest_collection_modifyitems(config, items):
    if settings.IS_POSTGRES and settings.REDIS_URL:
        _leave_to_the_small_size(config, items)
    for item in items:
        if _is_of_browser(item) and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason=dev.CHROMIUM_HINT))
        if item.get_closest_marker("sqlite_only") and settings.IS_POSTGRES:
            item.add_marker(pytest.mark.skip(reason="is about SQLite"))
        if item.get_closest_marker("postgres_only") and not settings.IS_POSTGRES:
            item.add_marker(pytest.mark.skip(reason="is about PostgreSQL"))
        _commit_in_async_test(item)
    # What waits for servers comes first, while the other processes have work to do beside it.
    # Playwright leaves its event loop running in this thread, where none of pytest's can
    # run any more: whatever uses it comes last.
    items.sort(key=lambda item: (_is_of_browser(item), not _waits_for_servers(item)))
    items[:] = stand_together(items)


def _leave_to_the_small_size(config, items):
    same = [item for item in items if is_same_on_both(item)]
    config.hook.pytest_deselected(items=same)
    left = set(same)
    items[:] = [item for item in items if item not in left]


def _is_of_browser(item):
    return item.get_closest_marker("browser") is not None


def _waits_for_servers(item):
    of_servers = {"make_server", "server", "own_server"} & set(item.fixturenames)
    return bool(of_servers) or item.path.parent.name in {"faults", "bench"}


def _commit_in_async_test(item):
    # Such a test's queries run in other threads, on connections that would not see what
    # an open transaction of this one has written.
    mark = item.get_closest_marker("django_db")
    if mark and inspect.iscoroutinefunction(getattr(item, "function", None)):
        arguments = {**mark.kwargs, "transaction": True}
        item.add_marker(pytest.mark.django_db(**arguments), append=False)


def pytest_collection_finish(session):
    once.look_for_garbage_less_often()


# This machine only


@pytest.fixture(autouse=True, scope="session")
def only_this_machine():
    """Refuse connections to other machines, at the name and at the socket."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    lookup = socket.getaddrinfo

    def checked(address):
        if isinstance(address, tuple) and not _is_here(address[0]):
            raise RuntimeError(f"Tests do not leave this machine, and this was for {address}.")

    def checked_connect(self, address):
        checked(address)
        return connect(self, address)

    def checked_connect_ex(self, address):
        checked(address)
        return connect_ex(self, address)

    def checked_lookup(host, *arguments, **options):
        checked((host,))
        return lookup(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", checked_connect)
        patch.setattr(socket.socket, "connect_ex", checked_connect_ex)
        patch.setattr(socket, "getaddrinfo", checked_lookup)
        yield


def _is_here(host) -> bool:
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


# Databases and files


@pytest.fixture(scope="session")
def copies():
    """The migrated template, and copies of it."""
    copies = databases()
    copies.make_template()
    yield copies
    copies.close()


@pytest.fixture(scope="session")
def django_db_setup(copies, django_test_environment, django_db_blocker):
    name = connection.settings_dict["NAME"]
    copies.copy_to(name)
    with pytest.MonkeyPatch.context() as patch:
        # Instead of flushing, which the triggers of append-only tables refuse.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: restore(copies))
        yield
    with django_db_blocker.unblock():
        connection.close()
    copies.drop(name)


@pytest.fixture
def ground(request, django_db_setup, django_db_blocker):
    """What the test's made_once fixture hands out (tests.ground)."""
    make = ground_of(request.node)
    if make and commits(request.node):
        pytest.fail(f"A test that commits cannot stand on {make.__name__}.")
    with django_db_blocker.unblock():
        GROUND.stand_on(make)
        yield GROUND
        GROUND.make_way()


@pytest.fixture
def _django_db_helper(ground, _django_db_helper):
    """pytest-django's transaction of the test, begun when the ground is there."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item, nextitem):
    GROUND.next = nextitem and ground_of(nextitem)


@pytest.fixture(autouse=True, scope="session")
def static_files():
    """Styles, scripts and translations, made when something they come from changed."""
    # On a clean clone this process has looked for them when they were not there yet.
    storages._storages.clear()
    staticfiles_storage._wrapped = empty
    trans_real._translations.clear()
    trans_real._default = None
    stamp = settings.STATIC_ROOT / dev.STATIC_STAMP
    with dev.one_at_a_time(settings.TESTS / "static.lock", "Waiting for collected styles"):
        if stamp.exists() and stamp.read_text() == dev.static_sources():
            return
        done = subprocess.run(
            [sys.executable, "dev.py", "steps", "--only-static"],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode:
        pytest.exit(f"Collecting styles and scripts failed.\n{done.stdout}", returncode=1)


@pytest.fixture(autouse=True, scope="session")
def static_list(static_files):
    with pytest.MonkeyPatch.context() as patch:
        once.list_static_files_once(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def worker_data():
    """This process's data folder; those of processes that were killed go too."""
    for folder in settings.TESTS.glob("data-*"):
        with contextlib.suppress(ValueError, ProcessLookupError):
            os.kill(int(folder.name.rpartition("-")[2]), 0)
            continue
        shutil.rmtree(folder, ignore_errors=True)
    yield settings.WORKER_DATA
    shutil.rmtree(settings.WORKER_DATA, ignore_errors=True)


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Cached answers and waiting channel messages end with their test."""
    yield
    cache.clear()
    channel_layers.backends.clear()


# A started server


@pytest.fixture(scope="session")
def make_server(copies, static_files, tmp_path_factory):
    """Make further servers: `with make_server() as server`; keywords are its environment."""

    @contextlib.contextmanager
    def make(**env):
        folder = tmp_path_factory.mktemp("school")
        with contextlib.ExitStack() as stack:
            if settings.IS_POSTGRES:
                name = f"yinling_{settings.WORKER}_{folder.name}".replace("-", "_")
            else:
                name = folder / "yinling.sqlite3"
            copies.copy_to(name)
            stack.callback(copies.drop, name)
            redis_url = settings.REDIS_URL or ""
            if "REDIS_URL" in os.environ.get(OURS, ""):
                # Redis channels know no databases: each server needs a Valkey of its own.
                redis_url = stack.enter_context(Valkey()).url
            server = Server(
                folder=folder, database_url=copies.url(str(name)), redis_url=redis_url, **env
            )
            stack.callback(server.close)
            server.start()
            yield server

    return make


@pytest.fixture(scope="module")
def server(make_server):
    """daphne with a database and data folder of its own, shared by the tests of a module."""
    with make_server() as server:
        yield server


@pytest.fixture
def own_server(make_server):
    """A server for one test alone: to be killed, or to begin with nothing."""
    with make_server() as server:
        yield server


# Browser


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def launch(playwright):
    """Start a browser with devices of its own: launch(video=…, sound=…, devices=False)."""
    with contextlib.ExitStack() as stack:

        def start(**options):
            browser = chromium.launch(playwright, CHROMIUM, **options)
            stack.callback(browser.close)
            return browser

        yield start


@pytest.fixture(scope="session")
def browser(playwright):
    """Chromium with a made-up camera and microphone (a moving dial that beeps)."""
    browser = chromium.launch(playwright, CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser):
    """Open a page as one more visitor: open_page(), open_page(viewport=…), open_page(of=…).

    The test fails if any such page threw an error or broke the content security policy.
    """
    contexts, errors = [], []

    def heard(message):
        if message.type == "error" and "Content Security Policy" in message.text:
            errors.append(message.text)

    def start(*, of=None, **options):
        context = (of or browser).new_context(**{**chromium.LEARNER, **options})
        contexts.append(context)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("console", heard)
        return context.new_page()

    yield start
    for context in contexts:
        with contextlib.suppress(Exception):  # Its browser may have been closed on purpose.
            context.close()
    assert not errors


@pytest.fixture
def page(open_page, request):
    """One visitor's page; relative addresses are the server's, where the test has one."""
    server = next(
        (name for name in ("own_server", "server") if name in request.fixturenames), None
    )
    return open_page(**({"base_url": request.getfixturevalue(server).url} if server else {}))


@pytest.fixture(scope="session")
def real_clip():
    """(pictures, sound) of a real film, for launch(video=…, sound=…)."""
    return media.camera(), media.microphone()
