"""Gives memory that is free back to the system, which glibc's allocator by itself does not, and keeps what
stays from being looked through for what is free.

Every batch of windows needs some tens of megabytes for a moment. The allocator keeps them, in one heap for
each thread, and they scatter, so that even free memory that is returned leaves holes: threads share two heaps
(`ARENAS`), and what is free in them is returned now and then. Where the C library is another one, nothing is
done.
"""

import ctypes
import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 10.0
"""Seconds between two returns; each costs some ten milliseconds, and what is needed again is mapped again."""

ARENAS = 2
"""Heaps of all threads together, instead of eight a core: what one thread has freed serves the others."""
_M_ARENA_MAX = -8
"""The number of the option in glibc's malloc.h."""


@contextmanager
def kept_for_good() -> Iterator[None]:
    """Let what is made in the block, and was made before, stay: Python's collector of cycles neither runs in
    the block nor looks at any of it later.

    For the imports of a process that runs on: they take an eighth less, and no full collection holds the
    event loop for the 0.18 s that it takes to look through the quarter of a million objects of the modules.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def returned_when_free(every: float = EVERY) -> Iterator[None]:
    """Return free memory now and then while the block is entered, on a thread: it is no work for the loop.

    Enter it before the model's threads begin: a heap that a thread has already is not taken away.
    """
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
    """glibc's `malloc_trim`, the number of heaps being limited; None where there is another C library."""
    try:
        library = ctypes.CDLL(None)
        trim = library.malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    library.mallopt(_M_ARENA_MAX, ARENAS)
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return lambda kept: int(trim(kept))
