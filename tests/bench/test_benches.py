"""Each benchmark once, as small as can be: whether it runs, not what it finds."""

import shutil
import subprocess
import sys

import pytest

from tests.databases import ROOT

# They bring the default size with them, whatever the tests run on.
pytestmark = pytest.mark.sqlite_only


def bench(*arguments):
    """Run a benchmark; what it printed, by name."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)


def test_fanout_runs():
    trials = ["ours", "channels"]
    if shutil.which("node") and (ROOT / "bench" / "node_modules" / ".locked").exists():
        trials += ["socketio", "ws"]

    found = bench("fanout", "--sockets=5", "--events=2", "--burst=3", "--only", *trials)

    figures = {name for name in found if name.endswith("_us")}
    assert figures == {f"{name}_us" for name in (*trials, "burst")}
    assert float(found["ratio_channels"]) > 0


@pytest.mark.browser
def test_live_runs():
    found = bench("live", "--joins=1", "--seconds=2", "--quiet=1")

    assert 0 < float(found["delay_median_s"]) <= float(found["delay_p95_s"])
    assert {"first_picture_s", "cpu_percent"} <= set(found)


def test_a_name_that_is_none_is_answered_with_those_there_are():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "speed"], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "fanout, live" in done.stdout
