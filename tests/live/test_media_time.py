import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.media_time import FASTEST, credible, length, unite, within


@pytest.mark.parametrize(
    ("stretches", "united"),
    [
        ([], []),
        ([(0, 15), (15, 30)], [(0, 30)]),
        ([(0, 15), (40, 55)], [(0, 15), (40, 55)]),
        ([(40, 55), (0, 15)], [(0, 15), (40, 55)]),
        ([(0, 30), (10, 20)], [(0, 30)]),
        ([(0, 30), (0, 30)], [(0, 30)]),
        ([(0, 20), (10, 30)], [(0, 30)]),
        ([[0, 15]], [(0, 15)]),
        ([(9, 9), (9, 3)], []),
    ],
    ids=[
        "nothing",
        "one after the other",
        "skipped ahead",
        "skipped back",
        "a part again",
        "two tabs",
        "wound back a little",
        "from the database",
        "not forward",
    ],
)
def test_stretches_are_united(stretches, united):
    assert unite(stretches) == united


seconds = st.floats(0, 6000, allow_nan=False)


@given(st.lists(st.tuples(seconds, seconds)))
def test_uniting_adds_nothing_and_loses_nothing(stretches):
    united = unite(stretches)

    assert all(one[1] < next_one[0] for one, next_one in itertools.pairwise(united))
    for start, end in stretches:
        if end > start:
            assert any(first <= start and end <= last for first, last in united)
    assert length(united) <= sum(max(end - start, 0) for start, end in stretches) + 1e-6
    assert unite([*united, *stretches]) == united


@pytest.mark.parametrize(
    ("stretch", "passed", "seen"),
    [
        ((100, 115), 15, (100, 115)),
        ((100, 122.5), 15, (100, 122.5)),
        ((100, 160), 15, (137.5, 160)),
        ((0, 5400), 15, (5377.5, 5400)),
        ((100, 115), 0, None),
        ((100, 115), -60, None),
        ((115, 100), 15, None),
        ((100, 100), 15, None),
    ],
    ids=[
        "as fast as spoken",
        "fastest",
        "faster than can be",
        "the whole class in a beat",
        "said twice at once",
        "the clock was set back",
        "backwards",
        "paused",
    ],
)
def test_nobody_sees_more_than_the_clock_allows(stretch, passed, seen):
    assert credible(stretch, passed=passed) == seen


@given(seconds, seconds, st.floats(-100, 100))
def test_what_is_credible_is_part_of_what_was_said(start, end, passed):
    if seen := credible((start, end), passed=passed):
        assert start <= seen[0] < seen[1] == end
        assert seen[1] - seen[0] <= passed * FASTEST + 1e-6


def test_what_was_cut_away_does_not_count():
    assert within([(0, 10), (20, 40), (90, 99)], start=5, end=30) == [(5, 10), (20, 30)]
