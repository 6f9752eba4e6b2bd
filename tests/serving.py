"""The product as its users meet it: daphne in a process of its own, with its own data."""

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from dev import Cleaner, signal_group
from tests.servers import free_port

ROOT = Path(settings.BASE_DIR)
PATIENCE = 60

# Answers JSON lines: {"code": ...} with what the code leaves in `answer`.
INSIDE = """
import json, sys, traceback
import django
django.setup()
from django.db import close_old_connections
out, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    names = {}
    try:
        close_old_connections()
        exec(json.loads(line), names)
        reply = {"answer": names.get("answer")}
        text = json.dumps(reply, default=str)
    except BaseException:
        text = json.dumps({"error": traceback.format_exc()})
    close_old_connections()
    print(text, file=out, flush=True)
"""


class Server:
    """Starts on `start()`; its data outlives `kill()` and `stop()`, until `close()`."""

    application = "config.asgi:application"

    def __init__(self, *, folder: Path, database_url: str, redis_url: str = "", **env: str):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "YINLING_DATA": str(folder),
            "YINLING_URL": self.url,
            "YINLING_DEMO": "1",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            **env,
        }
        self.log = folder / "server.log"
        self.process = None
        self._inside = None
        self._cleaner = Cleaner()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "static").symlink_to(settings.STATIC_ROOT)

    def start(self):
        """Start the server; returns when it answers."""
        command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, "-p", str(self.port), self.application],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._cleaner.watch_over(self.process)
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"The server did not start.\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)

    def kill(self):
        """kill -9: nothing is finished, nothing is said."""
        self._end(9)

    def stop(self):
        self._end(15)

    def close(self):
        self.stop()
        if self._inside:
            self._inside.stdin.close()
            self._inside.wait(PATIENCE)
            self._inside.stdout.close()
        self._cleaner.close()

    def manage(self, *arguments: str) -> str:
        """Run a management command on the server's data; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def python(self, code: str):
        """Run code beside the server, on its database; returns what it names `answer`."""
        if self._inside is None:
            self._inside = subprocess.Popen(
                [sys.executable, "-c", INSIDE],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            self._cleaner.watch_over(self._inside)
        self._inside.stdin.write(json.dumps(code) + "\n")
        self._inside.stdin.flush()
        reply = json.loads(self._inside.stdout.readline())
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply["answer"]

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/static/staticfiles.json")
            connection.getresponse().read()
        except OSError:
            return False
        finally:
            connection.close()
        return True

    def _end(self, number):
        if self.process and self.process.poll() is None:
            signal_group(self.process, number)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                signal_group(self.process, 9)
                self.process.wait()
