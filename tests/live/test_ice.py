import base64
import hashlib
import hmac

import pytest

from live import ice

ADDRESSES = ["stun:turn.example.org:3478", "turn:turn.example.org:3478?transport=udp"]


def test_turn_gets_a_name_that_ends_with_the_class_as_coturn_wants_it():
    stun, turn = ice.servers(ADDRESSES, secret="north", name="3-7", now=1000.0)

    assert stun == {"urls": ADDRESSES[:1]}
    assert (turn["urls"], turn["username"]) == (ADDRESSES[1:], f"{1000 + 4 * 3600}:3-7")
    expected = hmac.new(b"north", turn["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == expected


@pytest.mark.parametrize(("addresses", "kinds"), [([], 0), (ADDRESSES[:1], 1)])
def test_only_what_is_set_is_told(addresses, kinds):
    assert len(ice.servers(addresses, secret="", name="3-7")) == kinds
