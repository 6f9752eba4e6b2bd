import threading

import pytest

from live.video.store import RecordingFolder

RECORDING = "0f" * 16


@pytest.fixture
def folder(tmp_path) -> RecordingFolder:
    return RecordingFolder(tmp_path / RECORDING)


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("ingest-"):
            thread.join(10)
            assert not thread.is_alive()
