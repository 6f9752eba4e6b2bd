"""Films in pieces: players of iPhones ask for ranges of bytes and play nothing without."""

import re

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse

# More than a player shows in the time of a request, less than a process notices.
PIECE_BYTES = 1024 * 1024
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def span_asked(header: str, size: int) -> tuple[int, int] | None:
    """The [start, end) that a Range header asks for, at most PIECE_BYTES of it.

    None for a header that asks for nothing we understand: it is to be ignored then. An
    empty span (start == end) for one that lies outside the film.
    """
    match = RANGE.fullmatch(header.strip())
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        start, end = max(size - int(match[2]), 0), size
    else:
        start, end = int(match[1]), min(int(match[2] or size) + 1, size)
    if start >= size or start >= end:
        return size, size
    return start, min(end, start + PIECE_BYTES)


def answer(film, *, size: int, asked: str, content_type: str = "video/mp4") -> HttpResponse:
    """The piece of `film` that was asked for, or all of it."""
    span = span_asked(asked, size)
    if span is None:
        response = StreamingHttpResponse(_pieces(film), content_type=content_type)
        response["Content-Length"] = size
    else:
        start, end = span
        with film:
            film.seek(start)
            response = HttpResponse(film.read(end - start), content_type=content_type)
        response.status_code = 206 if end > start else 416
        response["Content-Range"] = (
            f"bytes {start}-{end - 1}/{size}" if end > start else f"bytes */{size}"
        )
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=86400"
    return response


async def _pieces(film):
    # Asynchronous, because Django's ASGI handler reads any other iterator to its end first.
    read = sync_to_async(film.read, thread_sensitive=False)
    try:
        while piece := await read(PIECE_BYTES):
            yield piece
    finally:
        film.close()
