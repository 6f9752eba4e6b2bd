"""What the figures stand on: listeners that miss nothing, and a clock that is right."""

import os
import resource
import threading
from contextlib import contextmanager

import pytest
from websockets.sync.server import serve

import dev
from bench.stage.audience import Audience, plain, socketio
from bench.stage.cpu import _seconds_from_ps, percent_by_thread, seconds_used


@contextmanager
def server_that_says(*texts):
    """Says hello to whoever comes, and then these texts."""

    def greet(line):
        line.send('{"type": "hello"}')
        for text in texts:
            line.send(text)
        for _ in line:
            pass  # Until the other side has gone.

    with serve(greet, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.socket.getsockname()[1]
        server.shutdown()
        thread.join()


def events(*numbers):
    told = ", ".join(f'{{"number": {number}}}' for number in numbers)
    return f'{{"type": "events", "events": [{told}]}}'


def heard_by_all(texts, *, up_to, pages=1):
    """How far each page had heard when all had heard `up_to`."""
    with server_that_says(*texts) as port, Audience(plain) as audience:
        audience.open(port, [("/", {})] * pages)
        audience.hear(up_to)
        return [listener.heard for listener in audience.listeners]


def test_everybody_has_heard_everything():
    texts = [events(1), events(2), events(*range(3, 3000))]

    assert heard_by_all(texts, up_to=2999, pages=12) == [2999] * 12


@pytest.mark.parametrize("numbers", [(1, 3), (1, 1), (2,)], ids=["lost", "twice", "late"])
def test_a_run_that_lost_an_event_ends_loudly(numbers):
    with pytest.raises(dev.Stop, match="heard event"):
        heard_by_all([events(*numbers)], up_to=3)


def test_socketio_is_understood():
    assert socketio('0{"sid": "x"}').answer == b"40"
    assert socketio('40{"sid": "y"}').is_greeting
    assert socketio("2").answer == b"3"
    assert socketio(f'42["events",{events(7, 8)}]').numbers == (7, 8)


def test_processor_time_is_what_the_process_itself_is_told():
    used = resource.getrusage(resource.RUSAGE_SELF)

    assert seconds_used(os.getpid()) == pytest.approx(used.ru_utime + used.ru_stime, abs=0.2)
    assert _seconds_from_ps(os.getpid()) == pytest.approx(seconds_used(os.getpid()), abs=1.5)


def test_a_busy_thread_is_told_from_the_first():
    done = threading.Event()
    busy = threading.Thread(target=lambda: all(iter(lambda: not done.is_set(), False)))
    busy.start()
    try:
        used = percent_by_thread(os.getpid(), 0.3)
    finally:
        done.set()
        busy.join()
    assert used[busy.native_id] > used[os.getpid()]
