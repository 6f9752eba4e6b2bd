"""The tests' own ground: copies of databases, a started server, a browser, no network."""

import os
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from wagtail.models import Page, Site

from tests.databases import ROOT
from tests.ground import made_once
from tests.sizes import is_same_on_both, watched


@pytest.mark.parametrize("turn", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_leaves_nothing_behind(turn):
    assert Site.objects.count() == 1

    Site.objects.all().delete()
    ContentType.objects.create(app_label="left", model="behind")

    assert not Page.objects.filter(title="left").exists()
    assert ContentType.objects.filter(app_label="left").count() == 1


@made_once
def shelf():
    kind = ContentType.objects.create(app_label="stands", model="on it")
    return SimpleNamespace(kind=kind, file=default_storage.save("shelf.txt", ContentFile(b"it")))


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_is_made_once_is_found_by_every_test_as_it_was_made(shelf, turn):
    assert ContentType.objects.get(app_label="stands") == shelf.kind
    assert shelf.kind.model == "on it"
    with default_storage.open(shelf.file) as file:
        assert file.read() == b"it"

    ContentType.objects.filter(app_label="stands").delete()
    shelf.kind.model = "changed"
    default_storage.delete(shelf.file)


def test_who_does_not_ask_for_what_is_made_once_does_not_find_it(db):
    assert not ContentType.objects.filter(app_label="stands").exists()


@pytest.mark.django_db
async def test_an_async_test_sees_what_it_writes():
    await ContentType.objects.acreate(app_label="seen", model="here")

    assert await ContentType.objects.filter(app_label="seen").aexists()


@pytest.mark.sqlite_only
@pytest.mark.django_db
def test_sqlite_tests_have_a_file_that_threads_share():
    name = connection.settings_dict["NAME"]

    assert name.exists()
    assert connection.cursor().execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_asks_for_no_database_is_left_to_the_small_size(request):
    assert is_same_on_both(request.node)


def test_what_asks_for_a_database_or_a_server_is_asked_on_both(request, db):
    assert not is_same_on_both(request.node)


def test_what_is_left_to_the_small_size_touches_nothing_the_sizes_differ_in(db):
    with watched() as touched:
        subprocess.run([sys.executable, "-c", "pass"], check=True)
    assert touched == set()
    with watched() as touched:
        cache.get("something")
        get_channel_layer()
        subprocess.run([sys.executable, "manage.py", "version"], check=True, cwd=ROOT)
    assert len(touched) == 3
    with watched() as touched:
        assert connection.vendor
    assert touched == {"a database or a cache"}


def test_nothing_leaves_this_machine():
    with pytest.raises(RuntimeError, match="do not leave"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match="do not leave"):
        socket.getaddrinfo("example.org", 80)


def test_a_killed_server_starts_again_on_the_same_data(own_server):
    own_server.python(
        "from django.contrib.contenttypes.models import ContentType\n"
        "ContentType.objects.create(app_label='kept', model='here')"
    )

    own_server.kill()
    own_server.start()

    kept = own_server.python(
        "from django.contrib.contenttypes.models import ContentType\n"
        "answer = ContentType.objects.filter(app_label='kept').count()"
    )
    assert kept == 1
    assert "[X] 0011_fewer_indexes" in own_server.manage("showmigrations", "accounts")


@pytest.mark.browser
def test_chromium_has_chinese_letters_a_camera_and_a_microphone(launch, open_page, real_clip):
    pictures, sound = real_clip
    page = open_page(of=launch(video=pictures, sound=sound), permissions=["camera", "microphone"])
    page.goto("chrome://version")
    heard = page.evaluate(
        """async () => {
            const stream = await navigator.mediaDevices.getUserMedia({video: true, audio: true})
            const video = document.createElement("video")
            video.muted = true
            video.srcObject = stream
            await video.play()
            const context = new AudioContext()
            const meter = context.createAnalyser()
            context.createMediaStreamSource(stream).connect(meter)
            await context.resume()
            const samples = new Float32Array(meter.fftSize)
            let loudest = 0
            for (let i = 0; i < 40 && loudest < 0.001; i++) {
                await new Promise(done => setTimeout(done, 100))
                meter.getFloatTimeDomainData(samples)
                loudest = Math.max(loudest, ...samples.map(Math.abs))
            }
            return {width: video.videoWidth, loudest, language: navigator.language}
        }"""
    )

    assert heard["width"] == 640
    assert heard["loudest"] > 0.001
    assert heard["language"] == "zh-CN"


@pytest.mark.both_sizes
def test_each_test_process_has_a_cache_of_its_own():
    cache.set("kept", "here")

    assert cache.get("kept") == "here"
    if settings.REDIS_URL:
        location = settings.CACHES["default"]["LOCATION"]
        number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
        assert location.endswith(f"/{number}")
        with redis.Redis.from_url(location) as client:
            assert len(client.keys("*kept*")) == 1
