"""What the rules advise about a branch."""

import pytest

from branches.hints import hints, place_hint


@pytest.mark.parametrize(
    ("branch", "words"),
    [
        ({}, []),
        ({"members": 3, "committee": 1}, []),
        ({"members": 2}, ["联合成立"]),
        ({"members": 6, "committee": 1}, []),
        ({"members": 7, "committee": 1}, ["现在是 1 人"]),
        ({"members": 7, "committee": 3}, []),
        ({"members": 50, "committee": 5}, []),
        ({"members": 50, "committee": 6}, ["现在是 6 人"]),
        ({"members": 51, "committee": 5}, ["党总支"]),
        ({"has_secretary": False}, ["没有书记"]),
        ({"level": "general", "members": 100}, []),
        ({"level": "general", "members": 101}, ["党委"]),
        ({"level": "group", "members": 1, "committee": 0}, []),
    ],
    ids=[
        "as advised",
        "smallest",
        "too small",
        "six need no committee",
        "seven need one",
        "seven have one",
        "largest",
        "committee too large",
        "too large",
        "no secretary",
        "general branch",
        "large general branch",
        "a group",
    ],
)
def test_hints_say_what_to_look_at(branch, words):
    facts = {"level": "branch", "members": 10, "committee": 3, "has_secretary": True} | branch

    found = hints(**facts)

    assert len(found) == len(words)
    assert all(word in hint for word, hint in zip(words, found, strict=True))


@pytest.mark.parametrize(
    ("level", "above", "count"),
    [("group", "", 1), ("group", "group", 1), ("group", "branch", 0), ("branch", "", 0)],
)
def test_a_group_by_itself_is_a_hint(level, above, count):
    assert len(place_hint(level=level, above=above)) == count
