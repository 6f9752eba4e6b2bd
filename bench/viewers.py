"""Five hundred players of one class on the default server, and beside it nginx.

A made stream (the real clip at 720p, H.264 and Opus as a browser sends them) comes up the
console's socket at its own pace. Every player asks for the playlist with the next part, which
the server holds back until it is there, and fetches the part. Then once more with the parts
served by nginx from the same folder, as in the grown size.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import dev
from bench.fanout import allow_files
from bench.stage.cpu import percent_used, seconds_used
from bench.stage.figures import report, share_s
from bench.stage.players import play
from bench.stage.school import class_of, empty_school
from bench.stage.teaching import Teaching
from tests.servers import free_port

SETTLE_S = 6
OTHER_FILES = 100
TOKENS = """
from accounts.models import User
from live.models import Classroom
from live.recordings import folder_of
from live.video.tokens import LIVE, make_token
room = Classroom.objects.get(pk={room})
answer = [str(folder_of(room).path), [
    make_token(recording=room.recording.hex, session={session}, person=user.person_id,
               kind=LIVE, login=user.pk, epoch=user.session_epoch)
    for user in User.objects.filter(person__in={persons})
]]
"""
NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{port};
    location ~ ^/media/live/[^/]+/(?<name>[^/]+)$ {{ alias {recordings}/$name; }}
  }}
}}
"""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench viewers", description=__doc__)
    parser.add_argument("--viewers", type=int, default=500, help="players (500)")
    parser.add_argument("--seconds", type=float, default=30, help="how long they watch (30)")
    options = parser.parse_args(argv)
    allow_files(2 * options.viewers + OTHER_FILES)
    report("viewers", options.viewers)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(empty_school())
        server.start()
        made = class_of(server, learners=options.viewers)
        stack.enter_context(Teaching(server, made))
        time.sleep(SETTLE_S)
        facts = {name: made[name] for name in ("room", "session", "persons")}
        folder, tokens = server.python(TOKENS.format(**facts))
        idle = percent_used(server.process.pid, SETTLE_S)
        report("stream_cpu_percent", idle)
        watch("", tokens, Path(folder), server, server.port, options.seconds)
        with contextlib.ExitStack() as beside:
            nginx = beside.enter_context(nginx_on(Path(folder)))
            if nginx is None:
                print("nginx: not on this machine (Debian: apt-get install nginx-light)")
            else:
                process, port = nginx
                watch("_nginx", tokens, Path(folder), server, port, options.seconds, process)
    return 0


def watch(of, tokens, folder, server, files_port, seconds, nginx=None) -> None:
    pids = [server.process.pid, *(workers_of(nginx.pid) if nginx else [])]
    before, began = [seconds_used(pid) for pid in pids], time.monotonic()
    heard = asyncio.run(
        play(tokens, folder, port=server.port, files_port=files_port, seconds=seconds)
    )
    took = time.monotonic() - began
    used = [seconds_used(pid) - then for pid, then in zip(pids, before, strict=True)]
    if not heard.delays:
        raise dev.Stop("No player ever had a part.")
    report(f"part_delay_median{of}_s", share_s(heard.delays, 50))
    report(f"part_delay_p95{of}_s", share_s(heard.delays, 95))
    report(f"requests{of}_per_s", heard.requests / took)
    report(f"refused{of}", heard.refused + heard.lost)
    report(f"cpu{of}_percent", used[0] / took * 100)
    if nginx:
        report("nginx_cpu_percent", sum(used[1:]) / took * 100)


@contextlib.contextmanager
def nginx_on(recordings: Path):
    """nginx that serves the files of one recording: its process and port; None without it."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as place:
        port = free_port()
        Path(place).chmod(0o755)
        config = Path(place) / "nginx.conf"
        # Its workers may read what this process may, whoever it is started as.
        user = "user root;\n" if os.geteuid() == 0 else ""
        config.write_text(user + NGINX.format(folder=place, port=port, recordings=recordings))
        process = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            if process.poll() is not None:
                raise dev.Stop(f"nginx did not start: {(Path(place) / 'error.log').read_text()}")
            yield process, port
        finally:
            process.terminate()
            process.wait()


def workers_of(pid: int) -> list[int]:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(line) for line in done.stdout.split()]
