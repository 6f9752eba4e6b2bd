"""A class in one file: asked for, made, fetched by who may, and gone after a week."""

import asyncio
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditLine, RoleGrant
from accounts.services import grant_role
from live import copies, replays, services
from live.errors import ReplayRefused
from live.gate import permits
from live.models import Replay
from live.recordings import address_of, folder_of
from live.video.ingest import Ingest
from live.video.media import MediaRoute
from live.video.tokens import COPY, make_token, media_path
from tests import factories
from tests.live.video.streams import matroska, pictures, shown, sounds
from tests.live.video.test_media import ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def replay(school, settings, tmp_path):
    """Three seconds of a real class."""
    settings.RECORDINGS_ROOT = tmp_path
    services.begin(classroom=school.room, now=school.now)
    ingest = Ingest(folder_of(school.room))
    ingest.feed(matroska(pictures(), sounds()))
    ingest.finish()
    ingest.join(60)
    services.end(classroom=school.room, now=school.now + timedelta(minutes=1))
    school.room.refresh_from_db()
    return replays.of(school.room)


@pytest.fixture
def teacher(school):
    return factories.login(school.teacher)


@pytest.fixture
def made(replay):
    copies.ask(replay=replay)  # Jobs are done at once here.
    replay.refresh_from_db()
    return replay


def url(name, school):
    return reverse(f"live:{name}", args=[school.session.pk])


def fetch(replay, *paths, **headers):
    root = folder_of(replay.classroom).path.parent

    async def asked():
        route = MediaRoute(None, root=root, permits=permits)
        try:
            head = [(name.encode(), value.encode()) for name, value in headers.items()]
            return [await ask(route, path, headers=head) for path in paths]
        finally:
            route.close()

    return asyncio.run(asked())


def test_a_teacher_has_it_made_and_fetches_it(client, school, teacher, replay):
    client.force_login(teacher)

    Replay.objects.update(copy_asked_at=timezone.now(), copy_percent=40)
    assert "正在做，完成了 40%" in client.get(url("review", school)).content.decode()
    early = client.post(url("take_copy", school), follow=True).content.decode()
    assert "还没有做好" in early
    Replay.objects.update(copy_asked_at=None)
    client.post(url("ask_copy", school))
    assert "可以下载" in client.get(url("review", school)).content.decode()
    answer = client.post(url("take_copy", school))

    (whole,) = fetch(replay, answer.url)
    (some,) = fetch(replay, answer.url, range="bytes=100-199")
    found = shown(whole.body)
    assert (whole.status, len(found.pictures)) == (200, 90)
    assert (some.status, some.body) == (206, whole.body[100:200])
    assert some.headers["content-range"] == f"bytes 100-199/{len(whole.body)}"
    name = unquote(whole.headers["content-disposition"])
    assert name == f"attachment; filename*=UTF-8''{school.group.name} 第1讲.mp4"
    lines = AuditLine.objects.filter(action=AuditLine.Action.REPLAY_COPIED)
    assert [(line.actor, line.details) for line in lines] == [
        (teacher, {"session": school.session.pk})
    ]


def test_asked_twice_it_is_made_once(replay):
    began = timezone.now()
    Replay.objects.update(copy_asked_at=began)

    copies.ask(replay=replay, now=began + timedelta(minutes=5))
    assert Replay.objects.get().copy_ready_at is None

    # Whoever made it was killed.
    copies.ask(replay=replay, now=began + copies.LOST_AFTER)
    ready = Replay.objects.get().copy_ready_at
    assert ready
    copies.ask(replay=replay)
    assert Replay.objects.get().copy_ready_at == ready


def test_the_office_may_have_it_and_nobody_else(school, teacher, made):
    office = factories.person("周敏")
    grant_role(
        person=office, role=RoleGrant.Role.REGISTRAR, organisation=school.group.organisation
    )
    other = factories.class_group(name="太极拳", teacher=factories.person("孙老师")).teacher
    people = [teacher, *map(factories.login, (office, school.learner, other))]

    paths = [address_of(school.room, kind=COPY, person=None, user=user) for user in people]
    late = make_token(
        recording=school.room.recording.hex,
        session=school.session.pk,
        person=0,
        kind=COPY,
        login=teacher.pk,
        lifetime=timedelta(seconds=-1),
    )
    beside = [
        paths[0].replace("class.mp4", name)
        for name in ("main-0.m4s", "replay.m3u8", "../class.mp4")
    ]
    answers = fetch(made, *paths, media_path(late, "class.mp4"), *beside)

    assert [answer.status for answer in answers] == [200, 200, 403, 403, 403, 404, 404, 404]


def test_a_file_goes_after_a_week_and_its_address_with_it(school, teacher, made):
    address = address_of(school.room, kind=COPY, person=None, user=teacher)
    soon = made.copy_ready_at + copies.KEPT

    assert copies.clear_old(now=soon - timedelta(minutes=1)) == 0
    assert copies.clear_old(now=soon) == 1
    assert copies.clear_old(now=soon) == 0

    assert fetch(made, address)[0].status == 404
    with pytest.raises(ReplayRefused, match="还没有做好"):
        copies.take(replay=made, by=teacher)


def test_what_could_not_be_made_can_be_asked_for_again(school, replay, caplog):
    for segment in folder_of(school.room).path.glob("main-0.m4s"):
        segment.write_bytes(b"spoilt")

    copies.ask(replay=replay)
    assert not copies.is_being_made(Replay.objects.get(), now=timezone.now())
    assert "No copy of recording" in caplog.text


def test_a_full_disk_is_said_in_words(replay):
    Replay.objects.update(bytes=1 << 60)

    with pytest.raises(ReplayRefused, match="硬盘快满了"):
        copies.ask(replay=replay)
