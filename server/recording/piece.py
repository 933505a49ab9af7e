"""One piece of a recording on disk: one track, without a hole, as Ogg Opus, with its peaks beside it.

In: samples, 16 kHz, mono. Out: a file that may be played at any moment, and after any crash: a page of 200 ms
is handed to the system as soon as it is full. Blocks; whoever is on the event loop calls from a thread.
"""

import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from asr.types import SAMPLE_RATE
from server.recording import ogg
from server.recording.peaks import STEP, Peaks, Samples

BITS_PER_SECOND: Final = 24_000
"""Of Opus; speech of 16 kHz is heard as it was from about 20 000 on."""
EFFORT: Final = "3"
"""Of libopus, 0 to 10: 0.9 % of a core for each track, where 10 takes 2.2 %."""
PAGE_MICROSECONDS: Final = 200_000
_TAIL: Final = 2 * ogg.LONGEST_PAGE
_HEAD: Final = 4096


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a file can be played: its first `length` bytes hold so many `samples`."""

    length: int
    samples: int


class Piece:
    """A file that is being written. `begin` is the first sample's place on the session's clock."""

    def __init__(self, path: Path, begin: int) -> None:
        """Raises `OSError`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.begin = begin
        self.end = begin
        self._peaks = Peaks()
        with ExitStack() as undo:
            self._audio = undo.enter_context(path.open("wb", buffering=0))
            self._drawn = undo.enter_context(beside(path).open("wb", buffering=0))
            options = {"page_duration": str(PAGE_MICROSECONDS), "flush_packets": "1"}
            self._container: Any = av.open(self._audio, "w", format="ogg", options=options)
            self._stream: Any = self._container.add_stream(
                "libopus",
                rate=SAMPLE_RATE,
                layout="mono",
                options={"application": "voip", "compression_level": EFFORT},
            )
            self._stream.bit_rate = BITS_PER_SECOND
            undo.pop_all()

    def write(self, samples: Samples) -> None:
        """Append. Raises `OSError`."""
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        frame.pts = self.end - self.begin
        for packet in self._stream.encode(frame):
            self._container.mux(packet)
        self.end += len(samples)
        self._drawn.write(self._peaks.feed(samples))

    def close(self) -> None:
        """Write what the encoder still holds, and have all of it on the disk itself. Raises `OSError`."""
        try:
            for packet in self._stream.encode(None):
                self._container.mux(packet)
            self._container.close()
            self._drawn.write(self._peaks.finish())
            os.fsync(self._audio.fileno())
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Let go of the files as they are."""
        for file in (self._audio, self._drawn):
            with suppress(OSError):
                file.close()


def beside(path: Path) -> Path:
    """Where the peaks of a piece are."""
    return path.with_suffix(".peaks")


def extent(path: Path) -> Extent:
    """How far a piece can be played, while it is written or after a crash. Raises `OSError`."""
    with path.open("rb") as file:
        skip = ogg.pre_skip(file.read(_HEAD))
        size = file.seek(0, os.SEEK_END)
        begin = file.seek(max(0, size - _TAIL))
        whole = ogg.last_whole(file.read(size - begin), begin)
    if whole is None:
        return Extent(0, 0)
    played = max(0, whole.granule - skip)
    return Extent(whole.length, round(played * SAMPLE_RATE / ogg.CLOCK))


def mend(path: Path) -> Extent:
    """Cut off what a crash has torn: how far the file can be played, which is all of it then. Raises
    `OSError`."""
    found = extent(path)
    if found.length < path.stat().st_size:
        os.truncate(path, found.length)
    return found


def drawn(path: Path, samples: int) -> bytes:
    """The peaks of so many samples of a piece; quiet where a crash has cut them off."""
    count = -(-samples // STEP)
    try:
        peaks = beside(path).read_bytes()
    except FileNotFoundError:
        peaks = b""
    return peaks[:count].ljust(count, b"\0")


def remove(path: Path) -> None:
    """Forget a piece, and its folder if it was the last in it."""
    for file in (path, beside(path)):
        file.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()
