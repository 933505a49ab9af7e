"""Bounds what FFmpeg takes of memory at once, for the whole process.

Its demuxers believe the lengths that a file states: a WAV of a hundred bytes whose comment claims to be
800 MB long makes FFmpeg take, and clear, 800 MB. FFmpeg has a bound for that (2 GB unless set), which PyAV
does not hand on; so the library that PyAV brought along is asked itself. Where it is not found (PyAV built
against a system's FFmpeg) nothing is bounded.
"""

import ctypes
from pathlib import Path

import av

MOST_BYTES = 128 << 20
"""Several times what the index of a meeting of a day in MP4 takes, the largest thing that is honest."""


def library() -> ctypes.CDLL | None:
    """The libavutil that came with PyAV: beside it on Linux, within it on macOS."""
    home = Path(av.__file__).parent
    found = [*home.parent.glob("av.libs/libavutil*"), *home.glob(".dylibs/libavutil*")]
    return ctypes.CDLL(str(found[0])) if found else None


def bound_allocations() -> None:
    """No single allocation of FFmpeg goes beyond `MOST_BYTES`; the file that asks for more is unreadable."""
    libavutil = library()
    if libavutil is not None:
        libavutil.av_max_alloc.argtypes, libavutil.av_max_alloc.restype = [ctypes.c_size_t], None
        libavutil.av_max_alloc(MOST_BYTES)
