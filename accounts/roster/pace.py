"""Making many small things at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_looking_for_cycles() -> Iterator[None]:
    """Leave Python's collector of cycles alone for a while.

    Rows and files form no cycles, and a hundred thousand of them would be searched again
    and again: that is a fifth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
