from datetime import UTC, datetime, timedelta

import pytest

from live import missed

NINE = datetime(2026, 9, 3, 1, tzinfo=UTC)


def at(seconds):
    return NINE + timedelta(seconds=seconds)


def beats(start, end, every=15):
    return [at(second) for second in range(start, end + 1, every)]


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ({"moments": [300, 285]}, [285, 300]),
        ({"moments": [300, 300]}, [300]),
        ({"moments": [601]}, []),
        ({"moments": [599, 0, -1]}, [0, 599]),
        ({"moments": [300], "says_now": 610}, [300]),
        ({"moments": [300], "says_now": 611}, []),
        ({"moments": [300], "says_now": 589}, []),
        ({"moments": []}, []),
    ],
    ids=[
        "in order",
        "each once",
        "none of the future",
        "none older than ten minutes",
        "a slow line",
        "a watch that runs ahead",
        "a watch that slept, or an old answer once more",
        "none",
    ],
)
def test_only_so_much_is_believed(told, believed):
    moments = [at(second) for second in told["moments"]]
    says_now = at(told.get("says_now", 600))

    found = missed.believable(moments, says_now=says_now, now=at(600))

    assert found == [at(second) for second in believed]


@pytest.mark.parametrize(
    ("moments", "back", "added"),
    [
        (beats(15, 300), None, [(0, 300)]),
        (beats(15, 300), 310, [(0, 310)]),
        (beats(15, 300), 391, [(0, 300)]),
        (beats(90, 300), None, [(0, 300)]),
        (beats(105, 300), 310, [(105, 310)]),
        (beats(15, 60) + beats(200, 290), 300, [(0, 60), (200, 300)]),
        (beats(15, 300), 120, [(0, 120)]),
        (beats(-60, 0), 300, []),
        ([], 60, []),
        ([at(200)], None, []),
        (beats(60, 540, every=60), None, [(0, 540)]),
    ],
    ids=[
        "follows what was heard",
        "up to the return",
        "silent before the return",
        "just within the silence",
        "after a silence a stretch of its own",
        "a silence in the middle",
        "nothing after the return",
        "nothing before what was heard",
        "none",
        "one alone is no stretch",
        "a hidden page beats once a minute",
    ],
)
def test_missed_beats_fill_the_gap_by_the_rule_of_heard_ones(moments, back, added):
    back = at(back) if back is not None else None

    found = missed.stretches(moments, left=NINE, back=back)

    assert found == [(at(start), at(end)) for start, end in added]


@pytest.mark.parametrize(
    "told",
    [None, "1", [1.5], ["1"], [True], [-1], [10**14], [1] * 61],
    ids=["none", "text", "half", "a word", "yes", "before 1970", "far future", "too many"],
)
def test_what_is_no_list_of_moments_is_refused(told):
    with pytest.raises(ValueError, match="moment"):
        missed.moments(told)
