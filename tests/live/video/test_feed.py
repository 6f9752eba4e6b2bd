import threading

from live.video.feed import Feed


def test_reading_gives_the_bytes_in_order_whatever_sizes_are_asked_for():
    feed = Feed()
    for chunk in (b"abc", b"", b"defgh", b"i"):
        assert feed.put(chunk)
    feed.close()

    assert [feed.read(size) for size in (2, 2, 4, 4, 4, 4, 4)] == [
        b"ab",
        b"c",
        b"defg",
        b"h",
        b"i",
        b"",
        b"",
    ]


def test_there_is_room_up_to_the_limit_and_again_after_reading():
    feed = Feed(limit=10)

    assert feed.put(b"12345678")
    assert not feed.put(b"9ab")
    feed.read(5)
    assert feed.put(b"9ab")


def test_nothing_is_taken_after_the_end():
    feed = Feed()
    feed.put(b"kept")
    feed.close()

    assert not feed.put(b"late")
    assert feed.read(100) == b"kept"
    assert feed.read(100) == b""


def test_a_waiting_reader_is_woken_by_bytes_and_by_the_end():
    feed, read = Feed(), []
    reader = threading.Thread(target=lambda: read.extend(iter(lambda: feed.read(100), b"")))
    reader.start()

    feed.put(b"first")
    feed.put(b"second")
    feed.close()
    reader.join(10)

    assert b"".join(read) == b"firstsecond"


def test_what_the_idle_reader_finds_out_ends_the_stream():
    feed = Feed()
    failure = RuntimeError("not wanted any more")

    def refuse():
        raise failure

    feed.on_idle = refuse

    assert feed.read(100) == b""
    assert feed.failure is failure
    assert not feed.put(b"more")
