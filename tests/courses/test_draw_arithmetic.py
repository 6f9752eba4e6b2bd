"""The arithmetic of a draw: against a plain one, against a file kept for ever, against forgers."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.draws import arithmetic

GOLDEN = Path(__file__).parent / "draw_files"


# A plain second draw, written to be read: no keys sorted once, no counters kept.


def plain_draw(listed, seed, number, cancelled):
    pools = {c: p for c, p in listed["pools"].items() if p["class"] not in cancelled}
    units = []
    for one in listed["applications"]:
        if one["partner"] is None:
            units.append(([one["number"]], one))
        elif one["number"] < one["partner"]:
            units.append(([one["number"], one["partner"]], one))

    def lot(unit):
        return sha256(f"{seed}:{number.strip()}:{unit[0][0]}".encode()).hexdigest()

    units.sort(key=lot)
    seats = {number: [] for members, _one in units for number in members}

    def free(code):
        return pools[code]["seats"] - sum(codes.count(code) for codes in seats.values())

    def together(a, b):
        first, second = listed["pools"][a], listed["pools"][b]
        spans = sorted([(first["from"], first["to"]), (second["from"], second["to"])])
        same_time = first["weekday"] == second["weekday"] and spans[1][0] < spans[0][1]
        return first["class"] == second["class"] or same_time

    for _turn in range(10):
        for members, one in units:
            mine = seats[members[0]]
            if len(mine) >= one["most"] or len(mine) != _turn:
                continue
            for code in one["wishes"]:
                if code not in pools or free(code) < len(members):
                    continue
                if any(together(code, other) for other in mine):
                    continue
                for member in members:
                    seats[member] = [*seats[member], code]
                break
    waiting = []
    for code, pool in pools.items():
        line = []
        for members, one in units:
            mine = seats[members[0]]
            if len(mine) >= one["most"] or code not in one["wishes"]:
                continue
            rank = one["wishes"].index(code)
            better = one["wishes"][:rank]
            same_class = [c for c in better if c in pools and pools[c]["class"] == pool["class"]]
            if any(listed["pools"][c]["class"] == pool["class"] for c in mine):
                continue
            # Of two ways into a class the dearer, unless that cannot be waited for itself.
            if any(
                not any(together(c, g) for g in mine if g in better[: better.index(c)])
                for c in same_class
            ):
                continue
            if any(together(code, c) for c in mine if c in better):
                continue
            line += members
        first = pool["last_waiting_number"] + 1
        waiting += [[code, first + place, number] for place, number in enumerate(line)]
    return {
        "order": [[lot(unit), unit[0][0]] for unit in units],
        "given": sorted([number, codes] for number, codes in seats.items()),
        "waiting": sorted(waiting),
    }


@st.composite
def lists(draw):
    codes = ["A/common", "B/common", "C/on_site", "C/online", "D/common"]
    hours = st.sampled_from([("09:00", "10:30"), ("10:00", "11:30"), ("14:00", "15:30")])
    times = {name: (draw(st.integers(0, 1)), *draw(hours)) for name in "ABCD"}
    pools = {
        code: {
            "class": code[0],
            "seats": draw(st.integers(0, 3)),
            "last_waiting_number": draw(st.integers(0, 2)),
            "weekday": times[code[0]][0],
            "from": times[code[0]][1],
            "to": times[code[0]][2],
        }
        for code in codes
    }
    applications, number = [], 0
    for pair in draw(st.lists(st.booleans(), max_size=9)):
        wishes = draw(st.lists(st.sampled_from(codes), max_size=4, unique=True))
        facts = {"most": draw(st.integers(0, 3)), "wishes": wishes}
        number += 1
        applications.append({"number": number, "partner": number + 1 if pair else None} | facts)
        if pair:
            number += 1
            applications.append({"number": number, "partner": number - 1} | facts)
    return {"pools": pools, "applications": applications}


@given(
    listed=lists(),
    seed=st.text("0123456789abcdef", min_size=4, max_size=8),
    number=st.text("0123456789", min_size=1, max_size=6),
    cancelled=st.sets(st.sampled_from("ABCD"), max_size=2),
)
def test_it_draws_as_a_plain_slow_draw_does(listed, seed, number, cancelled):
    expected = plain_draw(listed, seed, number, cancelled)
    assert arithmetic.draw(listed, seed, number, cancelled) == expected


@given(listed=lists(), seed=st.text("0123456789abcdef", min_size=4, max_size=8))
def test_no_seat_is_given_twice_and_nobody_gets_too_much(listed, seed):
    drawn = arithmetic.draw(listed, seed, "1")
    most = {one["number"]: one["most"] for one in listed["applications"]}
    given_away = [code for _number, codes in drawn["given"] for code in codes]
    assert all(given_away.count(c) <= pool["seats"] for c, pool in listed["pools"].items())
    assert all(len(codes) <= most[number] for number, codes in drawn["given"])
    for code, pool in listed["pools"].items():
        numbers = [n for c, n, _number in drawn["waiting"] if c == code]
        first = pool["last_waiting_number"] + 1
        assert numbers == list(range(first, first + len(numbers)))
    together = {
        number: one["partner"]
        for number, one in ((o["number"], o) for o in listed["applications"])
    }
    answers = dict(map(tuple, ((n, tuple(codes)) for n, codes in drawn["given"])))
    assert all(answers[n] == answers[p] for n, p in together.items() if p)


# One list, drawn by hand


def pool(name, seats, weekday=0, **facts):
    return {
        "class": name,
        "seats": seats,
        "last_waiting_number": 0,
        "weekday": weekday,
        "from": "09:00",
        "to": "10:30",
    } | facts


def wants(number, *wishes, most=2, partner=None):
    return {"number": number, "partner": partner, "most": most, "wishes": list(wishes)}


def drawn(pools, *applications, **facts):
    """What everybody gets, and who waits for what, without the order."""
    listed = {"pools": pools, "applications": list(applications)}
    result = arithmetic.draw(listed, "seed", "1", **facts)
    return dict(map(tuple, result["given"])), result["waiting"]


def test_two_classes_at_the_same_time_are_not_given_to_one_person():
    pools = {"A/c": pool("A", 5), "B/c": pool("B", 5), "C/c": pool("C", 5, weekday=1)}
    got, waiting = drawn(pools, wants(1, "A/c", "B/c", "C/c"))
    assert got == {1: ["A/c", "C/c"]}
    assert waiting == []


def test_classes_that_follow_each_other_do_not_clash():
    pools = {"A/c": pool("A", 5), "B/c": pool("B", 5) | {"from": "10:30", "to": "12:00"}}
    assert drawn(pools, wants(1, "A/c", "B/c"))[0] == {1: ["A/c", "B/c"]}


def test_everybody_gets_a_first_class_before_anybody_a_second():
    pools = {"A/c": pool("A", 1), "B/c": pool("B", 1, weekday=1)}
    got, _waiting = drawn(pools, wants(1, "A/c", "B/c"), wants(2, "A/c", "B/c"))
    assert sorted(map(len, got.values())) == [1, 1]


def test_a_better_wish_at_the_same_time_is_waited_for_and_a_worse_one_is_not():
    pools = {"A/c": pool("A", 0), "B/c": pool("B", 1), "C/c": pool("C", 0)}
    got, waiting = drawn(pools, wants(1, "A/c", "B/c", "C/c"))
    assert got == {1: ["B/c"]}
    assert waiting == [["A/c", 1, 1]]


def test_a_couple_passes_over_a_single_seat_which_goes_on():
    pools = {"A/c": pool("A", 1)}
    got, waiting = drawn(
        pools, wants(1, "A/c", partner=2), wants(2, "A/c", partner=1), wants(3, "A/c")
    )
    assert got == {1: [], 2: [], 3: ["A/c"]}
    assert waiting == [["A/c", 1, 1], ["A/c", 2, 2]]


def test_of_two_ways_into_a_class_the_dearer_is_waited_for():
    pools = {"A/on_site": pool("A", 0), "A/online": pool("A", 0)}
    assert drawn(pools, wants(1, "A/online", "A/on_site"))[1] == [["A/online", 1, 1]]


def test_a_cancelled_class_gives_nothing():
    pools = {"A/c": pool("A", 5), "B/c": pool("B", 5)}
    assert drawn(pools, wants(1, "A/c", "B/c"), cancelled={"A"}) == ({1: ["B/c"]}, [])


def test_two_who_do_not_want_the_same_are_no_couple():
    with pytest.raises(ValueError, match="together"):
        drawn({"A/c": pool("A", 5)}, wants(1, "A/c", partner=2), wants(2, partner=1))


def test_a_public_number_is_the_same_however_it_was_typed():
    assert arithmetic.key("s", " １２ 34 ", 7) == arithmetic.key("s", "12 34", 7)
    assert arithmetic.key("s", "12 34", 7) == sha256(b"s:12 34:7").hexdigest()


# Files


def files():
    listed = {
        "pools": {"书-1/common": pool("书-1", 2), "歌-1/common": pool("歌-1", 1, weekday=1)},
        "applications": [
            wants(1, "书-1/common", "歌-1/common"),
            wants(2, "书-1/common", partner=4),
            wants(3, "歌-1/common", "书-1/common", most=1),
            wants(4, "书-1/common", partner=2),
            wants(5, "歌-1/common"),
        ],
        "seed_sha256": arithmetic.sha256("0123abcd"),
        "method": arithmetic.METHOD,
    }
    list_text = arithmetic.text_of(listed)
    result = arithmetic.draw(listed, "0123abcd", "081217") | {
        "cancelled": [],
        "list_sha256": arithmetic.sha256(list_text),
        "public_number": "081217",
        "seed": "0123abcd",
    }
    return list_text, arithmetic.text_of(result)


def test_a_published_file_is_read_back_as_it_was_written():
    list_text, _result = files()
    assert arithmetic.text_of(json.loads(list_text)) == list_text
    assert list_text.splitlines()[1] == '"applications": ['
    assert list_text.splitlines()[2].startswith('{"most":2,"number":1,')


def test_the_files_of_years_ago_are_still_drawn_the_same():
    assert files() == (
        (GOLDEN / "list.json").read_text("utf-8"),
        (GOLDEN / "result.json").read_text("utf-8"),
    )


def test_one_changed_byte_of_the_list_is_found():
    list_text, result_text = files()
    assert arithmetic.check(list_text, result_text) == []
    for place in range(0, len(list_text), 7):
        changed = list_text[:place] + chr(ord(list_text[place]) ^ 1) + list_text[place + 1 :]
        assert {"list", "unreadable"} & set(arithmetic.check(changed, result_text)), place


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('"seed": "0123abcd"', '"seed": "0123abce"', {"seed", "order", "given", "waiting"}),
        ('"public_number": "081217"', '"public_number": "081218"', {"order", "given", "waiting"}),
        ('"public_number": "081217"', '"public_number": "081217 "', {"number"}),
        ("[1,[", "[1,[ ", set()),
        ('[3,["歌-1/common"]]', "[3,[]]", {"given"}),
        ('["书-1/common",1,', '["书-1/common",2,', {"waiting"}),
        ('"cancelled": []', '"cancelled": ["歌-1"]', {"given", "waiting"}),
        ('"seed"', '"weed"', {"unreadable"}),
    ],
    ids=["seed", "number", "space", "layout", "seat", "waiting", "cancelled", "unreadable"],
)
def test_a_changed_result_is_found(old, new, found):
    list_text, result_text = files()
    assert old in result_text
    assert set(arithmetic.check(list_text, result_text.replace(old, new, 1))) == found


@pytest.fixture
def published(tmp_path):
    for name, text in zip(("list.json", "result.json"), files(), strict=True):
        (tmp_path / name).write_bytes(text.encode())
    (tmp_path / "check_draw.py").write_bytes(Path(arithmetic.__file__).read_bytes())
    return tmp_path


def run(folder, *arguments):
    """The program as somebody runs it at home: no packages, no environment of ours."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "check_draw.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_the_program_says_that_everything_agrees(published):
    done = run(published, "list.json", "result.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n对：" in done.stdout
    assert arithmetic.sha256(files()[0]) in done.stdout


def test_the_program_says_what_was_changed(published):
    path = published / "list.json"
    path.write_bytes(path.read_bytes().replace(b'"seats":2', b'"seats":3'))
    done = run(published, "list.json", "result.json")
    assert done.returncode == 1
    assert f"不对：{arithmetic.FINDINGS['list']}" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["list.json"], ["list.json", "nothing.json"]])
def test_the_program_says_how_it_is_used(published, arguments):
    assert run(published, *arguments).returncode == 2
