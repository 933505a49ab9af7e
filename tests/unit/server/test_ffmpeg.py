"""FFmpeg takes no more memory at once than it may."""

import ctypes

import server.media
from server.ffmpeg import MOST_BYTES, library


def test_reading_media_bounds_what_is_taken_at_once() -> None:
    assert server.media.FORMATS
    libavutil = library()
    assert libavutil is not None, "PyAV keeps its FFmpeg elsewhere now: what strangers send is not bounded"
    libavutil.av_malloc.argtypes, libavutil.av_malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    libavutil.av_free.argtypes = [ctypes.c_void_p]
    taken = libavutil.av_malloc(MOST_BYTES // 2)
    assert taken
    libavutil.av_free(taken)
    assert not libavutil.av_malloc(MOST_BYTES + 1)
