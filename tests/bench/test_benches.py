"""Each benchmark once, as small as can be: whether it runs, not what it finds."""

import shutil
import subprocess
import sys

import pytest

from tests.databases import ROOT

# On a machine with much else to do each takes minutes instead of seconds.
PATIENCE_S = 400
# They bring the default size with them, whatever the tests run on.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.timeout(PATIENCE_S + 20)]


def bench(*arguments):
    """Run a benchmark; what it printed, by name."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
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


def test_people_runs():
    found = bench("people", "--files=300", "--rounds=3")

    kinds = {"name", "given_name", "surname", "pinyin", "initials", "phone_tail", "phone"}
    kinds |= {"id_tail"}
    expected = {f"find_{kind}{of}_ms" for kind in kinds for of in ("", "_county")}
    assert expected | {"floor_ms", "list_ms", "list_county_ms"} <= set(found)
    assert float(found["find_name_ms"]) > 0
    assert {f"{name.removesuffix('_ms')}_cpu_ms" for name in expected} <= set(found)


@pytest.mark.browser
def test_live_runs():
    found = bench("live", "--joins=1", "--seconds=2", "--quiet=1")

    assert 0 < float(found["delay_median_s"]) <= float(found["delay_p95_s"])
    assert {"first_picture_s", "cpu_percent", "remux_percent"} <= set(found)


def test_room_runs():
    found = bench("room", "--learners=5", "--burst=10", "--paced=3")

    assert {"burst_s", "message_p95_s", "back_s", "memory_growth_mb"} <= set(found)
    assert found["refused_handshakes"] == "0"
    assert int(found["lost_sockets"]) == 5  # Once each, when the server was killed.


def test_presence_runs():
    found = bench("presence", "--learners=20", "--seconds=6")

    assert float(found["beats_per_s"]) > 0
    # One UPDATE a tick, however many beat; six seconds hold one tick or two.
    for name in ("updates_per_tick", "updates_per_tick_few"):
        assert 0 < float(found[name]) <= 2


def test_viewers_runs():
    found = bench("viewers", "--viewers=3", "--seconds=3")

    assert 0 < float(found["part_delay_median_s"]) <= float(found["part_delay_p95_s"])
    assert found["refused"] == "0"


def test_hour_runs():
    found = bench("hour", "--minutes=1")

    assert {"rss_1_min_mb", "cpu_percent"} <= set(found)
    assert found["main_minutes"] == found["sound_minutes"] == "1.04"


def test_roster_runs():
    found = bench("roster", "--rows=60")

    figures = {"read_s", "preview_s", "apply_s", "ratio_read", "page_p95_s"}
    assert figures <= set(found)
    assert float(found["ratio_read"]) > 0
    assert int(found["pages"]) > 0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_rush_runs(database):
    found = bench("rush", "--learners=9", "--seats=4", f"--database={database}")

    assert (found["seated"], found["waiting"], found["errors"]) == ("4", "5", "0")
    figures = {"p50_s", "p99_s", "per_s", "floor_per_s", "catalogue_p99_s", "class_p99_s"}
    assert figures <= set(found)
    assert float(found["ratio_floor"]) > 0


def test_a_name_that_is_none_is_answered_with_those_there_are():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "speed"], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "fanout, hour, ledger, live, people, presence" in done.stdout


def test_draw_runs():
    found = bench("draw", "--applications=60", "--classes=3")

    assert {"draw_s", "apply_s", "compute_s", "peak_mib"} <= set(found)
    assert int(found["seats_given"]) > 0
    assert int(found["couples"]) == 3


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_ledger_runs(database):
    sizes = ["--small=100", "--large=300", "--branches=60", "--persons=1200", "--posted=9"]
    found = bench("ledger", *sizes, "--rounds=2", f"--database={database}")

    kinds = ("branch_year", "person", "quarter", "post")
    assert {f"growth_{kind}" for kind in kinds} <= set(found)
    assert found["query_counts_constant"] == "yes"
    assert int(found["verified_large_lines"]) > 300
