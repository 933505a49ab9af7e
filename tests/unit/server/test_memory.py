"""What is free goes back to the system by itself, and the thread that sees to it ends with the block."""

import ctypes
import gc
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import psutil
import pytest

from server.memory import ARENAS, kept_for_good, returned_when_free

BLOCK, COUNT = 64 * 1024, 1024
"""Blocks of this size are kept by the allocator when they are freed: 64 MB of them."""
PATIENCE = 30.0


def resident() -> int:
    return int(psutil.Process().memory_info().rss)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def until(condition: Callable[[], bool]) -> bool:
    """Whether it comes true in time; nothing but the other thread's work is waited for."""
    deadline = time.monotonic() + PATIENCE
    while not (true := condition()) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return true


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator, which needs no reminder")
def test_what_is_free_below_a_held_block_is_returned() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    blocks = [libc.malloc(BLOCK) for _ in range(COUNT)]
    for block in blocks:
        ctypes.memset(block, 1, BLOCK)
    full = resident()
    held = blocks.pop()
    for block in blocks:
        libc.free(block)
    with returned_when_free(every=0.01):
        assert "memory" in threads()
        assert until(lambda: resident() < full - BLOCK * COUNT // 2)
    libc.free(held)
    assert "memory" not in threads()


HEAPS = """
import ctypes, sys, threading
from server.memory import returned_when_free
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
stdout = ctypes.c_void_p.in_dll(libc, "stdout")
together = threading.Barrier(8)
def work():
    libc.malloc(1000)
    together.wait()
with returned_when_free():
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    libc.malloc_info(0, stdout)
    libc.fflush(stdout)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator, which has other heaps")
def test_threads_share_the_heaps() -> None:
    told = subprocess.run([sys.executable, "-c", HEAPS], capture_output=True, text=True, check=True).stdout
    assert 1 <= told.count("<heap nr=") <= ARENAS


def test_what_is_kept_for_good_is_not_looked_through() -> None:
    frozen = gc.get_freeze_count()
    try:
        with kept_for_good():
            kept = [[number] for number in range(1_000)]
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() >= frozen + len(kept)
        assert not any(one is kept for one in gc.get_objects())
    finally:
        gc.unfreeze()
