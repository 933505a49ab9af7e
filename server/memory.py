"""Gives memory that is free back to the system, which glibc's allocator by itself does not.

Every batch of windows needs some tens of megabytes for a moment. The allocator keeps them, in one heap for
each thread, and they scatter: a server with 100 MB in use holds 200 MB more after an hour. Where the C
library is another one, nothing is done.
"""

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 10.0
"""Seconds between two returns; each costs some ten milliseconds, and what is needed again is mapped again."""


@contextmanager
def returned_when_free(every: float = EVERY) -> Iterator[None]:
    """Return free memory now and then while the block is entered, on a thread: it is no work for the loop."""
    trim = _trim()
    if trim is None:
        yield
        return
    over = threading.Event()

    def work() -> None:
        while not over.wait(every):
            trim(0)

    thread = threading.Thread(target=work, name="memory", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _trim() -> Callable[[int], int] | None:
    """glibc's `malloc_trim`; None where there is another C library."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return lambda kept: int(trim(kept))
