"""Professional gear as the teacher's camera: who may publish, and a real stream over nginx."""

import shutil
import subprocess
import threading
import time
from pathlib import Path

import av
import pytest

from bench.stage.school import class_of
from dev import Cleaner
from live import consoles, gear, services
from tests import factories, media
from tests.browser.steps import until
from tests.servers import free_port

MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/opt/homebrew/bin")
CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "nginx-rtmp.conf"


def ask(client, key, call="publish"):
    return client.post("/ingest/rtmp/", {"name": key, "call": call}).status_code


@pytest.fixture
def offered(settings, monkeypatch):
    """An RTMP server is beside us, but nothing is pulled from it: the addresses that would be."""
    settings.RTMP_PULL = "rtmp://127.0.0.1:1/live"
    asked = []

    class NoPull:
        was_taken_over = is_running = False

        def __init__(self, address, folder, *, on_begin, on_end):
            asked.append(address)

        def stop(self): ...

        def join(self, timeout=None): ...

    monkeypatch.setattr(gear, "Pull", NoPull)
    monkeypatch.setattr(gear, "_pulls", {})
    monkeypatch.setattr(gear, "_gone", {})
    return asked


def test_without_an_rtmp_server_there_is_no_such_address(client, school):
    assert ask(client, gear.key_of(school.session)) == 404


def test_the_key_of_a_session_begins_its_class_and_nothing_else_does(client, school, offered):
    key = gear.key_of(school.session)
    for wrong in [
        "",
        "1",
        key[:-1],
        key[:-1] + "g",
        f"9{key}",
        key.upper() + "!",
        "1-" + "0" * 24,
    ]:
        assert ask(client, wrong) == 403
    assert ask(client, key, call="play") == 403
    school.room.refresh_from_db()
    assert school.room.started_at is None
    assert offered == []

    assert ask(client, key) == 204

    school.room.refresh_from_db()
    assert school.room.started_at
    assert offered == [f"rtmp://127.0.0.1:1/live/{key}"]


def test_a_stream_ends_when_its_class_does_and_when_a_page_takes_the_class(
    client, school, offered
):
    key = gear.key_of(school.session)
    assert ask(client, key) == 204
    assert ask(client, key, call="update_publish") == 204

    consoles.hold(classroom=school.room, console=school.room.recording, take=True)
    assert ask(client, key, call="update_publish") == 403

    services.end(classroom=school.room)
    assert ask(client, key) == 403


def test_nobody_ends_a_stream_without_its_key(client, school, offered):
    key = gear.key_of(school.session)
    assert ask(client, key) == 204

    assert ask(client, f"{school.session.pk}-{'0' * 24}", call="publish_done") == 403

    assert school.session.pk in gear._pulls
    assert ask(client, key, call="publish_done") == 204
    assert gear._pulls == {}


def test_a_question_that_comes_after_the_publisher_went_begins_nothing(client, school, offered):
    key = gear.key_of(school.session)
    assert ask(client, key) == 204
    assert ask(client, key, call="publish_done") == 204
    assert ask(client, key, call="update_publish") == 403
    assert len(offered) == 1

    assert ask(client, key) == 204
    assert len(offered) == 2


def test_the_teachers_page_shows_address_and_key_where_there_is_a_server(client, school, settings):
    client.force_login(factories.login(school.teacher))
    page = f"/sessions/{school.session.pk}/console/"
    key = gear.key_of(school.session)
    assert key not in client.get(page).content.decode()

    settings.RTMP_PULL, settings.RTMP_URL = "rtmp://127.0.0.1:1/live", "rtmp://school.example/live"
    shown = client.get(page).content.decode()
    assert key in shown
    assert "rtmp://school.example/live" in shown
    assert "127.0.0.1:1/live" not in shown


@pytest.fixture
def rtmp(tmp_path):
    """nginx with deploy/nginx-rtmp.conf, on ports of its own: (port, port of the application)."""
    if not (NGINX and MODULE.exists()):
        pytest.skip("nginx's RTMP module is missing (Debian: nginx-light libnginx-mod-rtmp)")
    port, application = free_port(), free_port()
    text = CONFIG.read_text()
    assert "listen 1935;" in text
    text = text.replace("listen 1935;", f"listen 127.0.0.1:{port};")
    text = text.replace("127.0.0.1:8001", f"127.0.0.1:{application}").replace("10s;", "1s;")
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"load_module {MODULE};\ndaemon off; pid {tmp_path}/pid;\n"
        f"error_log {tmp_path}/error.log notice; events {{}}\n{text}"
    )
    process = subprocess.Popen(
        [NGINX, "-p", str(tmp_path), "-e", str(tmp_path / "first.log"), "-c", str(config)],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    cleaner = Cleaner()
    cleaner.watch_over(process)
    yield port, application
    process.terminate()
    process.wait(20)
    cleaner.close()


# A little longer than the clip.
LOOP_S = 6


class Publisher:
    """FFmpeg as OBS: the real clip, H.264 and AAC, over RTMP at its own pace, again and again."""

    def __init__(self, address):
        self.address, self.error = address, None
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.publish, daemon=True)
        self.thread.start()

    def publish(self):
        try:
            self._publish()
        except (av.FFmpegError, OSError) as error:
            self.error = error

    def _publish(self):
        packets, source = [], av.open(str(media.clip()))
        with source, av.open(self.address, "w", format="flv", timeout=10) as target:
            tracks = {}
            for stream in (source.streams.video[0], source.streams.audio[0]):
                tracks[stream.index] = target.add_stream_from_template(stream)
            for packet in source.demux(*[source.streams[index] for index in tracks]):
                if packet.dts is not None:
                    ticks = round(LOOP_S / packet.time_base)
                    packets.append((packet, packet.dts, packet.pts, packet.time_base, ticks))
            packets.sort(key=lambda each: each[1] * each[3])
            began, loop = time.monotonic(), 0
            while True:
                for packet, dts, pts, base, ticks in packets:
                    at = float(dts * base) + loop * LOOP_S
                    if self.ends.wait(max(0.0, began + at - time.monotonic())):
                        return
                    packet.time_base = base
                    packet.dts, packet.pts = dts + loop * ticks, pts + loop * ticks
                    packet.stream = tracks[packet.stream.index]
                    target.mux(packet)
                loop += 1


def test_a_stream_over_nginx_becomes_the_class_and_its_replay(make_server, rtmp):
    port, application = rtmp
    with make_server(YINLING_RTMP_PULL=f"rtmp://127.0.0.1:{port}/live") as server:
        # nginx asks at an address it was told beforehand.
        server.stop()
        server.port = application
        server.start()
        made = class_of(server, learners=1)
        facts = f"""
from live import gear
from live.models import Classroom
from live.recordings import folder_of
room = Classroom.objects.get(pk={made["room"]})
timeline = folder_of(room).timeline()
answer = {{
    "key": gear.key_of(room.session),
    "state": room.state,
    "picture": [event.body["on"] for event in room.events.filter(kind="picture")],
    "seconds": {{name: each.seconds for name, each in timeline.renditions.items()}},
}}
"""
        key = server.python(facts)["key"]

        wrong = Publisher(f"rtmp://127.0.0.1:{port}/live/{key[:-1]}0")
        wrong.thread.join(30)
        assert wrong.error
        assert server.python(facts)["state"] == "waiting"

        teacher = Publisher(f"rtmp://127.0.0.1:{port}/live/{key}")
        until(lambda: server.python(facts)["picture"], "the class was seen")
        until(lambda: server.python(facts)["seconds"].get("main", 0) > 4, "four seconds are kept")
        teacher.ends.set()
        teacher.thread.join(30)
        assert teacher.error is None
        until(lambda: not server.python(facts)["picture"][-1], "the line is known to be gone")

        found = server.python(facts)
        assert found["state"] == "teaching"
        assert found["seconds"]["sound"] == pytest.approx(found["seconds"]["main"], abs=0.5)

        # Again, as after a broken cable: the same recording goes on.
        again = Publisher(f"rtmp://127.0.0.1:{port}/live/{key}")
        kept = found["seconds"]["main"]
        until(lambda: server.python(facts)["seconds"]["main"] > kept + 2, "the recording goes on")
        again.ends.set()
        again.thread.join(30)
