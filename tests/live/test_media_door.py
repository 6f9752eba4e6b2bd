"""The door of recordings as strangers try it: the real application, the real database."""

import asyncio
from datetime import timedelta

import pytest

from courses.registration import withdraw
from live import replays, services
from live.gate import permits
from live.recordings import address_of, folder_of
from live.video.media import MediaRoute
from live.video.timeline import MAIN
from live.video.tokens import REPLAY, make_token, media_path
from tests import factories
from tests.live.video.test_media import ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root(settings, tmp_path):
    settings.RECORDINGS_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def recorded(school, root):
    _record(school.room, school.now)
    return school


@pytest.fixture
def login(recorded):
    return factories.login(recorded.learner)


def _record(room, now):
    services.begin(classroom=room, now=now)
    writer = folder_of(room).open_writer()
    writer.begin_run(MAIN, run=0, init=b"init", codecs="avc1", began_at=now.timestamp())
    for number in range(6):
        writer.add_part(MAIN, b"%d" % number * 10, seconds=10.0, is_independent=True)
        writer.finish_segment(MAIN)
    writer.close()
    services.end(classroom=room, now=now + timedelta(minutes=2))
    room.refresh_from_db()


def fetch(root, *paths, headers=()):
    """Each path asked of the door as `config.asgi` puts it before everything else."""

    async def asked():
        route = MediaRoute(_nothing_behind, root=root, permits=permits)
        try:
            return [await ask(route, path, headers=headers) for path in paths]
        finally:
            route.close()

    return asyncio.run(asked())


async def _nothing_behind(scope, receive, send):
    raise AssertionError(f"{scope['path']} went past the door")


def beside(address, name):
    return address.rsplit("/", 1)[0] + "/" + name


def address(school, login, **options):
    return address_of(school.room, kind=REPLAY, person=school.learner, user=login, **options)


def test_a_learner_gets_the_replay_and_its_segments(recorded, root, login):
    playlist = address(recorded, login)

    answers = fetch(root, playlist, beside(playlist, "main-0.m4s"))

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[1].body == b"0" * 10


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        (b"bytes=0-1", 206, b"22"),
        (b"bytes=8-", 206, b"22"),
        (b"bytes=-3", 206, b"222"),
        (b"bytes=0-999", 206, b"2" * 10),
        (b"bytes=10-", 416, None),
        (b"bytes=-0", 416, None),
        (b"bytes=5-2", 200, b"2" * 10),
        (b"lines=1-2", 200, b"2" * 10),
    ],
)
def test_a_range_is_answered_rightly(recorded, root, login, wanted, status, body):
    path = beside(address(recorded, login), "main-2.m4s")

    [answer] = fetch(root, path, headers=[(b"range", wanted)])

    assert answer.status == status
    if body is None:
        assert answer.headers["content-range"] == "bytes */10"
    else:
        assert answer.body == body


def test_a_learner_who_left_the_class_gets_nothing(recorded, root, login):
    playlist = address(recorded, login)
    withdraw(
        enrolment=recorded.group.enrolments.get(person=recorded.learner), because="换了别的班"
    )

    assert [a.status for a in fetch(root, playlist, beside(playlist, "main-0.m4s"))] == [403, 403]


def test_an_address_that_has_expired_gets_nothing(recorded, root, login):
    token = make_token(
        recording=recorded.room.recording.hex,
        session=recorded.session.pk,
        person=recorded.learner.pk,
        login=login.pk,
        kind=REPLAY,
        lifetime=timedelta(seconds=-1),
    )

    paths = [media_path(token, name) for name in ("replay.m3u8", "main-0.m4s")]
    assert [answer.status for answer in fetch(root, *paths)] == [403, 403]


def test_a_token_opens_its_own_class_and_no_other(recorded, root, login):
    other = factories.session(
        factories.class_group(name="太极拳"), starts_at=recorded.now - timedelta(days=1)
    )
    room = services.open_room(session=other)
    stranger = address_of(room, kind=REPLAY, person=recorded.learner, user=login)
    own = address(recorded, login)
    hexes = (recorded.room.recording.hex, room.recording.hex)

    # Without a seat there; and by one's own token up and down the folders.
    assert fetch(root, stranger)[0].status == 403
    paths = [
        beside(own, f"../{hexes[1]}/main-0.m4s"),
        beside(own, f"..%2f{hexes[1]}%2fmain-0.m4s"),
        beside(own, f"{hexes[0]}/main-0.m4s"),
        beside(own, "../index.jsonl"),
        beside(own, "index.jsonl"),
        beside(own, "writer"),
        beside(own, "live.m3u8"),
        beside(own, "class.mp4"),
        beside(own, "main-0.m4s\x00"),
        beside(own, "main-٠.m4s"),
    ]
    assert {answer.status for answer in fetch(root, *paths)} == {404}


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: t + "A", lambda t: "", str.upper])
def test_a_spoilt_token_gets_nothing(recorded, root, login, spoil):
    token = address(recorded, login).split("/")[-2]

    assert fetch(root, media_path(spoil(token), "replay.m3u8"))[0].status == 403


def test_what_was_cut_away_is_not_to_be_had_by_its_number(recorded, root, login):
    replays.cut(replay=replays.of(recorded.room), start=20, end=50)
    own = address(recorded, login)

    playlist, *files = fetch(root, own, *(beside(own, f"main-{n}.m4s") for n in range(6)))

    assert "main-1.m4s" not in playlist.text
    assert [answer.status for answer in files] == [404, 404, 200, 200, 200, 404]
