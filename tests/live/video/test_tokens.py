from datetime import timedelta

import pytest
from django.conf import settings
from django.core import signing

from live.video.tokens import LIVE, REPLAY, BadToken, Claims, make_token, media_path, read_token

NOW = 1_788_000_000


def token(**changed) -> str:
    claims = {"recording": "ab" * 16, "session": 3, "person": 5, "kind": LIVE, "now": NOW}
    return make_token(**claims | changed)


def test_a_token_says_who_may_see_what_until_when():
    claims = read_token(token(lifetime=timedelta(minutes=10)), now=NOW)

    assert claims == Claims("ab" * 16, 3, 5, LIVE, NOW + 600)


def test_a_token_is_one_piece_of_an_address():
    path = media_path(token(), "live.m3u8")

    assert path.startswith("/media/live/")
    assert path.count("/") == 4
    assert set(path) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:./")


def test_a_token_is_good_until_its_last_second():
    ten_minutes = token(lifetime=timedelta(minutes=10))

    read_token(ten_minutes, now=NOW + 599)
    with pytest.raises(BadToken, match="expired"):
        read_token(ten_minutes, now=NOW + 600)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: good[:-1] + ("A" if good[-1] != "A" else "B"),
        lambda good: "x" + good,
        lambda good: good.rpartition(":")[0],
        lambda good: "",
        lambda good: ":",
        lambda good: "../../etc/passwd",
        lambda good: "令牌",
        lambda good: signing.Signer(salt="another purpose").sign_object(["ab", 3, 5, LIVE, 9e9]),
        lambda good: good.partition(":")[0] + ":" + token(person=6).rpartition(":")[2],
    ],
    ids=[
        "last letter",
        "first letter",
        "unsigned",
        "empty",
        "colon",
        "path",
        "chinese",
        "salt",
        "other's",
    ],
)
def test_a_forged_token_is_none(spoil):
    with pytest.raises(BadToken, match="not valid"):
        read_token(spoil(token()), now=NOW)


def test_another_key_makes_other_tokens(monkeypatch):
    good = token()

    monkeypatch.setattr(settings, "SECRET_KEY", "another key")

    with pytest.raises(BadToken):
        read_token(good, now=NOW)


def test_only_live_and_replay_are_kinds():
    assert read_token(token(kind=REPLAY), now=NOW).kind == REPLAY
    with pytest.raises(ValueError, match="download"):
        token(kind="download")
