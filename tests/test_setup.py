"""The two commands: what dev.py says, starts and leaves behind."""

import ast
import http.client
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings

import dev
from bench import __main__ as bench
from tests.databases import ROOT
from tests.servers import free_port

PATIENCE = 90
# What Python 2.7 cannot read, of what tends to be written.
TOO_NEW = (
    ast.AnnAssign,
    ast.AsyncFunctionDef,
    ast.Await,
    ast.JoinedStr,
    ast.Match,
    ast.NamedExpr,
    ast.Nonlocal,
    ast.YieldFrom,
)


def test_dev_can_be_read_by_an_old_python():
    tree = ast.parse((ROOT / "dev.py").read_text("ascii"))

    found = []
    for node in ast.walk(tree):
        if isinstance(node, TOO_NEW):
            found.append(node)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            found += [part for part in node.elts if isinstance(part, ast.Starred)]
        if isinstance(node, ast.Dict):
            found += [node for key in node.keys if key is None]
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.args, *node.args.posonlyargs, *node.args.kwonlyargs]
            found += [argument for argument in arguments if argument.annotation]
            found += [*node.args.kwonlyargs, *node.args.posonlyargs, *filter(None, [node.returns])]
        if isinstance(node, ast.Raise) and node.cause:
            found.append(node)
    assert [(type(node).__name__, getattr(node, "lineno", "?")) for node in found] == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("sys.version_info = (3, 6, 15, 'final', 0)", "needs Python 3.11 or newer"),
        ("sys.version_info = (2, 7, 18, 'final', 0)", "is Python 2.7"),
        ("sys.platform = 'win32'", "On Windows use it inside WSL"),
    ],
    ids=["3.6", "2.7", "Windows"],
)
def test_dev_says_in_one_sentence_where_it_cannot_run(change, sentence):
    code = f"import sys, runpy; {change}; runpy.run_path('dev.py', run_name='__main__')"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "marks", "rest"),
    [
        ([], "", []),
        (["-m", "sqlite_only", "-x"], "sqlite_only", ["-x"]),
        (["-k", "waiting", "tests/courses"], "", ["-k", "waiting", "tests/courses"]),
    ],
    ids=["none", "marks", "words and a folder"],
)
def test_marks_are_taken_out_of_the_arguments_of_pytest(arguments, marks, rest):
    assert dev._without_marks(arguments) == (marks, rest)


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [([0, 0], 0), ([0, 5], 0), ([5, 5], 5), ([0, 1], 1), ([5, 2], 2)],
    ids=["all passed", "one had no such test", "no test at all", "a failure", "a broken run"],
)
def test_tests_pass_only_if_some_ran_and_none_failed(codes, outcome, capsys):
    results = [("small", "not browser", code, 1.0) for code in codes]

    assert dev.summary(results) == outcome


def test_bench_names_what_there_is_when_asked_for_something_else(capsys):
    assert bench.main(["no such thing"]) == 2

    said = capsys.readouterr().out
    assert all(name in said for name in bench.names())


class Run:
    """`dev.py run` on a data folder and database of its own."""

    def __init__(self, folder, database_url):
        self.port = free_port()
        self.env = os.environ | {"YINLING_DATA": str(folder), "DATABASE_URL": database_url}
        self.env.pop("DJANGO_SETTINGS_MODULE", None)
        self.process = None
        self.said = ""

    def command(self, port=None):
        return [sys.executable, "dev.py", "run", "--port", str(port or self.port)]

    def start(self):
        self.process = subprocess.Popen(
            self.command(),
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = ""
        while "Ctrl-C stops everything" not in self.said:
            line = self.process.stdout.readline()
            assert line, f"dev.py run ended before the school was ready:\n{self.said}"
            self.said += line

    def again(self, **env):
        """What a further `dev.py run` says that cannot start."""
        done = subprocess.run(
            self.command(), cwd=ROOT, env=self.env | env, capture_output=True, text=True
        )
        assert done.returncode == 1
        return done.stderr

    def end(self, number):
        self.process.send_signal(number)
        self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(PATIENCE)

    def is_answering(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def wait_until_port_is_free(self):
        until = time.monotonic() + PATIENCE
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)):
                    return
            assert time.monotonic() < until
            time.sleep(0.1)


@pytest.fixture
def run(copies, static_files, tmp_path):
    folder = tmp_path / "school"
    folder.mkdir()
    (folder / "static").symlink_to(settings.STATIC_ROOT)
    name = f"yinling_{settings.WORKER}_run".replace("-", "_")
    if not settings.IS_POSTGRES:
        name = folder / "yinling.sqlite3"
    copies.copy_to(name)
    run = Run(folder, copies.url(name) if settings.IS_POSTGRES else "")
    yield run
    if run.process and run.process.poll() is None:
        run.end(signal.SIGTERM)
    copies.drop(name)


def test_run_answers_when_it_says_so_and_stops_everything_it_started(run):
    run.start()

    assert f"http://127.0.0.1:{run.port}/" in run.said
    assert run.is_answering()
    assert "is already running at" in run.again()

    assert run.end(signal.SIGTERM) == 0
    run.wait_until_port_is_free()


def test_run_starts_again_after_it_was_killed(run):
    run.start()
    run.end(signal.SIGKILL)

    run.start()

    assert run.is_answering()
    assert run.end(signal.SIGINT) == 0


def test_run_says_which_port_is_in_use(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", run.port))
        taken.listen()

        assert f"Cannot listen on 127.0.0.1 port {run.port}" in run.again()
