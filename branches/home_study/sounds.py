"""The sounds of a pack in one file: put on a player or a stick that goes with the booklet.

Of a film the sound is taken as it is, not made anew.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import av
from wagtail.documents import get_document_model

from branches.home_study import packing
from branches.models import Delivery
from common.excel import safe_file_name


def archive(delivery: Delivery) -> BinaryIO | None:
    """A ZIP of every sound that is still there, numbered in the order of the booklet.

    None when there is nothing to hear. The caller closes it.
    """
    keys = packing.documents_of(delivery)
    documents = get_document_model().objects.in_bulk(keys)
    whole = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever sends it
    written = 0
    # Sounds are pressed already: pressing them again takes time and wins nothing.
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as box:
        for number, key in enumerate((key for key in keys if key in documents), 1):
            document = documents[key]
            with _sound(document) as (path, ending):
                if path is None:
                    continue
                name = f"{number:02} {safe_file_name(document.title)}.{ending}"
                box.write(path, name)
                written += 1
    if not written:
        whole.close()
        return None
    whole.seek(0)
    return whole


@contextmanager
def _sound(document) -> Iterator[tuple[Path | None, str]]:
    ending = document.file_extension.lower()
    with tempfile.TemporaryDirectory(prefix="sound") as folder:
        kept = Path(folder) / f"file.{ending}"
        try:
            with document.open_file() as file, kept.open("wb") as copy:
                while piece := file.read(1 << 20):
                    copy.write(piece)
        except OSError:
            yield None, ending
            return
        if ending != "mp4":
            yield kept, ending
            return
        sound = Path(folder) / "sound.m4a"
        yield (sound, "m4a") if _taken_out(kept, sound) else (None, ending)


def _taken_out(film: Path, sound: Path) -> bool:
    """Copy the sound of a film, packet by packet; whether it has one that we can copy."""
    try:
        with av.open(str(film)) as source:
            if not source.streams.audio:
                return False
            stream = source.streams.audio[0]
            with av.open(str(sound), "w", format="ipod") as target:
                out = target.add_stream_from_template(stream)
                for packet in source.demux(stream):
                    if packet.dts is None:
                        continue
                    packet.stream = out
                    target.mux(packet)
    except av.error.FFmpegError:
        return False
    return True
