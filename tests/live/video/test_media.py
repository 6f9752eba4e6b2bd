"""The route in front of Django, asked as players ask it."""

import asyncio
import gzip
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from live.video import media as media_module
from live.video.media import MediaRoute
from live.video.slides import slide_name
from live.video.store import RecordingFolder
from live.video.timeline import MAIN, SOUND
from live.video.tokens import LIVE, REPLAY, make_token, media_path
from live.video.voices import voice_name
from tests.live.video.conftest import RECORDING

PATIENCE = 20
ROOT = Path(__file__).parents[3]


class Site:
    """The route with an app behind it, and a recording that grows."""

    def __init__(self, root: Path):
        self.folder = RecordingFolder(root / RECORDING)
        self.removed = set()
        self.route = MediaRoute(self.behind, root=root, permits=self.permits)
        self.writer = None

    async def behind(self, scope, receive, send):
        await send({"type": "behind", "scope": scope})

    async def permits(self, claims) -> bool:
        return claims.person not in self.removed

    def begin(self, *renditions: str, run: int = 0):
        self.writer = self.writer or self.folder.open_writer()
        for rendition in renditions or (MAIN,):
            self.writer.begin_run(
                rendition, run=run, init=b"init", codecs="avc1.42c01f", began_at=1e9
            )

    def add(self, *parts: bytes, rendition: str = MAIN):
        for part in parts:
            self.writer.add_part(rendition, part, seconds=0.25, is_independent=True)

    def close(self):
        self.route.close()
        if self.writer:
            self.writer.close()

    async def ask(self, name: str, *, kind: str = LIVE, person: int = 5, **options) -> "Reply":
        token = options.pop("token", None) or make_token(
            recording=RECORDING, session=3, person=person, kind=kind
        )
        return await ask(self.route, media_path(token, name), **options)


class Reply:
    def __init__(self, events):
        start, *bodies = events
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self.body = b"".join(body["body"] for body in bodies)

    @property
    def text(self) -> str:
        return self.body.decode()


async def ask(app, path: str, *, method: str = "GET", headers=()) -> Reply:
    path, _, query = path.partition("?")
    events = []

    async def send(event):
        events.append(event)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": list(headers),
    }
    await asyncio.wait_for(app(scope, None, send), PATIENCE)
    return Reply(events)


def listed(playlist: str, part: str) -> bool:
    """Whether the part is there, not only hinted at."""
    return f'#EXT-X-PART:DURATION=0.25000,URI="{part}"' in playlist


@pytest.fixture
async def site(tmp_path):
    site = Site(tmp_path / "media")
    yield site
    site.close()


# What is served


async def test_everything_else_goes_to_the_app_behind(site):
    events = []

    async def send(event):
        events.append(event)

    scopes = [
        {"type": "http", "path": "/media/liver"},
        {"type": "http", "path": "/"},
        {"type": "websocket", "path": "/media/live/x/live.m3u8"},
        {"type": "lifespan"},
    ]
    for scope in scopes:
        await site.route(scope, None, send)

    assert [event["scope"] for event in events] == scopes


async def test_the_live_playlist_is_served_plain_and_compressed_and_never_stored(site):
    site.begin()
    site.add(b"a")

    plain = await site.ask("live.m3u8")
    packed = await site.ask("live.m3u8", headers=[(b"accept-encoding", b"gzip, br")])

    assert plain.text.startswith("#EXTM3U\n")
    assert listed(plain.text, "main-0.0.m4s")
    assert gzip.decompress(packed.body) == plain.body
    assert plain.headers == {
        "content-type": "application/vnd.apple.mpegurl",
        "content-length": str(len(plain.body)),
        "cache-control": "no-store",
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
    }
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-length"] == str(len(packed.body))


@pytest.mark.parametrize(
    ("name", "body", "content_type"),
    [
        ("main-init-0.mp4", b"init", "video/mp4"),
        ("main-0.m4s", b"ab", "video/mp4"),
        ("main-0.1.m4s", b"b", "video/mp4"),
        ("sound-init-0.mp4", b"init", "audio/mp4"),
        ("sound-0.0.m4s", b"s", "audio/mp4"),
    ],
)
async def test_files_are_served_whole_and_kept_for_ever(site, name, body, content_type):
    site.begin(MAIN, SOUND)
    site.add(b"a", b"b")
    site.writer.finish_segment(MAIN)
    site.add(b"s", rendition=SOUND)

    reply = await site.ask(name)

    assert (reply.status, reply.body) == (200, body)
    assert reply.headers == {
        "content-type": content_type,
        "content-length": str(len(body)),
        "cache-control": "private, max-age=31536000, immutable",
        "accept-ranges": "bytes",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
    }


@pytest.mark.parametrize("name", ["live.m3u8", "main-0.0.m4s", "main-9.m4s"])
async def test_head_says_the_same_without_the_body(site, name):
    site.begin()
    site.add(b"abc")

    whole = await site.ask(name)
    head = await site.ask(name, method="HEAD")

    assert (head.status, head.headers, head.body) == (whole.status, whole.headers, b"")


async def test_nothing_can_be_sent_here(site):
    reply = await site.ask("live.m3u8", method="POST")

    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("asked", "status", "body", "where"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=9-9", 206, b"9", "bytes 9-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=5-4", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("bytes=" + "9" * 5000 + "-", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=a-b", 200, b"0123456789", None),
    ],
)
async def test_ranges_of_files(site, asked, status, body, where):
    site.begin()
    site.add(b"0123456789")

    reply = await site.ask("main-0.0.m4s", headers=[(b"range", asked.encode())])

    assert reply.status == status
    assert reply.headers.get("content-range") == where
    assert reply.headers["content-length"] == str(len(reply.body))
    if body is not None:
        assert reply.body == body


async def test_a_token_for_live_opens_the_live_playlists_and_one_for_the_replay_the_replay(site):
    site.begin(MAIN, SOUND)
    for rendition in (MAIN, SOUND):
        site.add(b"a", rendition=rendition)
        site.writer.finish_segment(rendition)
    names = ["live.m3u8", "sound.m3u8", "replay.m3u8", "replay-sound.m3u8", "variants.m3u8"]

    statuses = {
        kind: [(await site.ask(name, kind=kind)).status for name in names]
        for kind in (LIVE, REPLAY)
    }
    live_variants = (await site.ask("variants.m3u8")).text
    replay_variants = (await site.ask("variants.m3u8", kind=REPLAY)).text

    assert statuses == {LIVE: [200, 200, 404, 404, 200], REPLAY: [404, 404, 200, 200, 200]}
    assert live_variants.splitlines()[3::2] == ["live.m3u8", "sound.m3u8"]
    assert replay_variants.splitlines()[3::2] == ["replay.m3u8", "replay-sound.m3u8"]


async def test_the_replay_grows_until_the_end(site):
    site.begin()
    site.add(b"a")
    site.writer.finish_segment(MAIN)
    before = await site.ask("replay.m3u8", kind=REPLAY)
    site.add(b"b")
    site.writer.close()
    site.writer = None
    site.folder.end()

    await until(site, lambda edition: edition.has_ended)
    after = await site.ask("replay.m3u8", kind=REPLAY)

    assert before.text.count("#EXTINF") == 1
    assert after.text.count("#EXTINF") == 2


async def until(site, is_ready):
    following = site.route._follow(RECORDING)
    edition = await following.edition_when(is_ready, seconds=PATIENCE)
    assert is_ready(edition)


# Who is let in


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: "forged",
        lambda token: "",
        lambda token: make_token(
            recording=RECORDING, session=3, person=5, kind=LIVE, lifetime=timedelta(seconds=-1)
        ),
    ],
    ids=["cut", "forged", "none", "expired"],
)
@pytest.mark.parametrize("name", ["live.m3u8", "main-0.0.m4s", "anything"])
async def test_without_a_good_token_nothing_is_shown(site, spoil, name):
    site.begin()
    site.add(b"a")
    token = make_token(recording=RECORDING, session=3, person=5, kind=LIVE)

    reply = await ask(site.route, media_path(spoil(token), name))

    assert reply.status == 403
    assert reply.text in ("This address is not valid.\n", "This address has expired.\n")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"


async def test_who_may_not_watch_gets_neither_playlist_nor_file(site):
    site.begin()
    site.add(b"a")
    site.removed.add(6)

    for name in ("live.m3u8", "main-0.0.m4s", "main-init-0.mp4", "unknown"):
        assert (await site.ask(name, person=6)).status == 403
        assert (await site.ask(name, person=5)).status in (200, 404)


async def test_a_token_opens_its_own_recording_only(site, short_hold):
    site.begin()
    site.add(b"a")
    other = make_token(recording="ab" * 16, session=4, person=5, kind=LIVE)

    assert (await site.ask("main-0.0.m4s", token=other)).status == 404


@pytest.mark.parametrize("recording", ["", ".", "..", "../other", "0F" * 16, RECORDING + "/"])
async def test_a_recording_that_is_no_uuid_is_never_looked_for(site, recording):
    site.folder.path.parent.mkdir()
    elsewhere = site.folder.path.parent / recording
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "main-0.0.m4s").write_bytes(b"not for everybody")
    token = make_token(recording=recording, session=4, person=5, kind=LIVE)

    reply = await site.ask("main-0.0.m4s", token=token)

    assert (reply.status, reply.text) == (404, "There is no such file.\n")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "index.jsonl",
        "writer.lock",
        "../secret",
        "..",
        "a/../main-0.0.m4s",
        "main-0.0.m4s/",
        "main-0.0.m4s\n",
        "/main-0.0.m4s",
        "main-0.0.m4s\x00",
        "main-.m4s",
        "main--1.m4s",
        "main-0.m4s",
        "main-99999999999.m4s",
        "video-0.0.m4s",
        "main-init-7.mp4",
        "main-5.0.m4s",
        "sound-init-0.mp4",
        "Live.m3u8",
        "令牌.m4s",
    ],
)
async def test_an_unknown_file_is_not_there(site, name):
    site.begin()
    site.add(b"a")
    (site.folder.path.parent / "secret").write_text("secret")

    reply = await site.ask(name)

    assert (reply.status, reply.text) == (404, "There is no such file.\n")


# What is waited for


@pytest.fixture
def short_hold(monkeypatch):
    monkeypatch.setattr(media_module, "HOLD_SECONDS", 0.2)


async def waiting(site, *names: str, **options) -> list[asyncio.Task]:
    tasks = [asyncio.ensure_future(site.ask(name, **options)) for name in names]
    done, _ = await asyncio.wait(tasks, timeout=0.15)
    assert not done
    return tasks


async def test_pages_of_slides_lie_beside_the_picture_for_the_same_people(site):
    name = slide_name(uuid.UUID(int=7), 2)
    site.folder.path.mkdir(parents=True, exist_ok=True)
    (site.folder.path / name).write_bytes(b"page")

    found = await site.ask(name)
    site.removed.add(6)

    assert (found.status, found.body) == (200, b"page")
    assert found.headers["content-type"] == "image/webp"
    assert (await site.ask(name, kind=REPLAY)).status == 200
    assert (await site.ask(slide_name(uuid.UUID(int=7), 3))).status == 404
    assert (await site.ask(name, person=6)).status == 403


async def test_spoken_questions_lie_beside_the_picture_for_the_same_people(site):
    name = voice_name(uuid.UUID(int=7))
    site.folder.path.mkdir(parents=True, exist_ok=True)
    (site.folder.path / name).write_bytes(b"voice")

    found = await site.ask(name)
    site.removed.add(6)

    assert (found.status, found.body) == (200, b"voice")
    assert found.headers["content-type"] == "audio/mp4"
    assert (await site.ask(voice_name(uuid.UUID(int=8)))).status == 404
    assert (await site.ask(name, person=6)).status == 403


async def test_what_is_there_is_answered_at_once(site):
    site.begin()
    site.add(b"a", b"b")
    site.writer.finish_segment(MAIN)
    site.add(b"c")

    for query in ("", "_HLS_msn=0", "_HLS_msn=0&_HLS_part=1", "_HLS_msn=1&_HLS_part=0"):
        assert (await site.ask(f"live.m3u8?{query}")).status == 200


async def test_a_playlist_is_held_until_it_has_what_was_asked_for(site):
    site.begin()
    site.add(b"a")
    part, segment = await waiting(site, "live.m3u8?_HLS_msn=0&_HLS_part=1", "live.m3u8?_HLS_msn=0")

    site.add(b"b")
    assert listed((await part).text, "main-0.1.m4s")
    assert not segment.done()
    site.writer.finish_segment(MAIN)
    assert "\nmain-0.m4s\n" in (await segment).text


async def test_a_held_playlist_is_given_as_it_is_when_nothing_comes(site, short_hold):
    site.begin()
    site.add(b"a")

    reply = await site.ask("live.m3u8?_HLS_msn=0&_HLS_part=1")

    assert reply.status == 200
    assert listed(reply.text, "main-0.0.m4s")


async def test_nothing_is_held_after_the_end(site):
    site.begin()
    site.add(b"a")
    (task,) = await waiting(site, "live.m3u8?_HLS_msn=0&_HLS_part=1")
    site.writer.close()
    site.writer = None

    site.folder.end()

    assert (await task).text.endswith("#EXT-X-ENDLIST\n")


async def test_who_comes_before_the_teacher_waits_for_the_first_picture(site):
    playlist, variants = await waiting(site, "live.m3u8", "variants.m3u8")

    site.begin()
    site.add(b"a")

    assert (await playlist).status == 200
    assert (await variants).status == 200


async def test_who_comes_long_before_the_teacher_is_told_so(site, short_hold):
    assert (await site.ask("live.m3u8")).status == 404


@pytest.mark.parametrize(
    "query",
    [
        "_HLS_msn=4",
        "_HLS_msn=999999999",
        "_HLS_msn=" + "9" * 5000,
        "_HLS_msn=-1",
        "_HLS_msn=1.5",
        "_HLS_msn=two",
        "_HLS_msn=%C2%B2",
        "_HLS_msn=0&_HLS_part=x",
        "_HLS_msn=0&_HLS_part=5000",
        "_HLS_part=1",
        "&".join(["a=1"] * 50),
    ],
)
async def test_nonsense_and_what_is_far_ahead_is_refused_at_once(site, query):
    site.begin()
    site.add(b"a")
    site.writer.finish_segment(MAIN)

    reply = await site.ask(f"live.m3u8?{query}")

    assert reply.status == 400
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_part_that_was_hinted_at_is_waited_for(site):
    site.begin()
    site.add(b"a")
    hinted, next_segment = await waiting(site, "main-0.1.m4s", "main-1.0.m4s")

    site.add(b"b")
    assert (await hinted).body == b"b"
    site.writer.finish_segment(MAIN)
    site.add(b"c")
    assert (await next_segment).body == b"c"


async def test_a_hint_that_does_not_come_true_is_not_there(site):
    site.begin()
    site.add(b"a")
    (hinted,) = await waiting(site, "main-0.1.m4s")

    site.writer.finish_segment(MAIN)

    assert (await hinted).status == 404


async def test_a_part_is_waited_for_only_so_long(site, short_hold):
    site.begin()
    site.add(b"a")

    assert (await site.ask("main-0.1.m4s")).status == 404


async def test_players_that_go_away_take_nothing_from_the_others(site):
    site.begin()
    site.add(b"a")
    gone, stays = await waiting(site, *["live.m3u8?_HLS_msn=0&_HLS_part=1"] * 2)

    gone.cancel()
    site.add(b"b")

    assert (await stays).status == 200


async def test_a_playlist_is_written_once_for_everybody(site, monkeypatch):
    written = []
    edition_of = media_module.Following._look

    def counted(following):
        edition = edition_of(following)
        written.extend([edition] if edition else [])
        return edition

    monkeypatch.setattr(media_module.Following, "_look", counted)
    site.begin()
    site.add(b"a")
    await site.ask("live.m3u8")
    tasks = await waiting(site, *["live.m3u8?_HLS_msn=0&_HLS_part=1"] * 200)

    site.add(b"b")
    replies = await asyncio.gather(*tasks)

    assert len(written) == 2
    assert len({id(reply.body) for reply in replies}) == 1


async def test_an_idle_recording_is_let_go_when_another_is_watched(site, monkeypatch):
    monkeypatch.setattr("live.video.following.FORGET_SECONDS", 0.05)
    site.begin()
    site.add(b"a")
    await site.ask("live.m3u8")
    following = site.route._follow(RECORDING)
    while not following.is_idle:
        await asyncio.sleep(0.02)
    site.add(b"b")
    assert listed((await site.ask("live.m3u8")).text, "main-0.1.m4s")
    while not following.is_idle:
        await asyncio.sleep(0.02)

    other = make_token(recording="ab" * 16, session=4, person=5, kind=REPLAY)
    await site.ask("replay.m3u8", token=other)

    assert list(site.route._followed) == ["ab" * 16]
    assert (await site.ask("live.m3u8")).status == 200


async def test_the_shelf_keeps_what_was_asked_for_last(tmp_path):
    shelf = media_module.Shelf(None, limit=25)
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode() * 10)

    for name in "abcac":
        assert await shelf.get(tmp_path / name) == name.encode() * 10

    assert [path.name for path in shelf._files] == ["a", "c"]
    assert await shelf.get(tmp_path / "missing") is None


CHILD = """
import sys
from live.video.store import RecordingFolder
from live.video.timeline import MAIN

writer = RecordingFolder(sys.argv[1]).open_writer()
writer.begin_run(MAIN, run=0, init=b"init", codecs="avc1.42c01f", began_at=1e9)
for line in sys.stdin:
    writer.add_part(MAIN, line.encode(), seconds=0.25, is_independent=True)
    print("written", flush=True)
"""


async def test_a_recording_made_by_another_process_is_live_here(site):
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(site.folder.path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        child.stdin.write("first\n")
        child.stdout.readline()
        assert (await site.ask("live.m3u8")).status == 200
        playlist, part = await waiting(site, "live.m3u8?_HLS_msn=0&_HLS_part=1", "main-0.1.m4s")
        child.stdin.write("second\n")

        assert listed((await playlist).text, "main-0.1.m4s")
        assert (await part).body == b"second\n"
    finally:
        child.kill()
        child.communicate()
