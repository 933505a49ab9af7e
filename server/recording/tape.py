"""What a session hands its sound to: bounded, and never in the session's way.

In: samples with their place on the session's clock. Out: batches for whoever writes them, at least each half
second of sound. The rule for full: what comes while more than `MOST_SECONDS` wait is let go of, until all
that waited is written, so that an overload leaves one hole and not hundreds. A file that nobody waits for is
held back instead: its session asks for `room`. What never came takes no room, however long it is: it waits as
a number, and becomes silence as it is written.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from asr.types import SAMPLE_RATE
from server.recording.peaks import Samples

MOST_SECONDS: Final = 120.0
"""Of each track; two bytes a sample."""
BATCH: Final = SAMPLE_RATE * 2 // 5
"""Samples after which they are written; what waits may be lost by a crash, beside the page in the making."""

Batch = list[tuple[int, Samples]]
"""Places and samples, shape (tracks, samples), in their order."""


class Tape:
    """The sound of one session. `lost` is called with the seconds of each stretch that is not kept."""

    def __init__(
        self,
        lost: Callable[[float], None],
        *,
        patient: bool = False,
        most: int = round(MOST_SECONDS * SAMPLE_RATE),
    ) -> None:
        self._lost = lost
        self._patient = patient
        self._most = most
        # bounded: what comes beyond `most` is let go of; neighbours that never came are one number.
        self._waiting: deque[tuple[int, Samples | int]] = deque()
        self._samples = 0
        self._missing = 0
        self._full = False
        self._news = asyncio.Event()
        self._taken = asyncio.Event()
        self._over = False
        self._tracks = 1

    def miss(self, position: int, samples: int) -> None:
        """So many samples of each track never came: silence takes their place. Never waits."""
        if self._over or not samples:
            return
        self._full = bool(self._full and self._samples)
        if self._full:
            self.lose(samples)
            return
        begin, before = self._waiting[-1] if self._waiting else (0, None)
        if isinstance(before, int) and begin + before == position:
            self._waiting[-1] = (begin, before + samples)
        else:
            self._waiting.append((position, samples))
        self._missing += samples
        self._tell()

    def write(self, position: int, tracks: npt.NDArray[np.float32]) -> None:
        """Take samples of shape (tracks, samples) at a place. Never waits."""
        self._tracks, count = tracks.shape
        if self._over or not count:
            return
        self._full = bool(self._full and self._samples) or self._samples + count > self._most
        if self._full:
            self.lose(count)
            return
        scaled = np.round(np.clip(tracks, -1.0, 1.0) * 32_767).astype(np.int16, order="C")
        self._waiting.append((position, scaled))
        self._samples += count
        self._tell()

    def _tell(self) -> None:
        if self._samples + self._missing >= BATCH:
            self._news.set()

    def lose(self, samples: int) -> None:
        """So many samples of each track are not kept."""
        self._lost(samples / SAMPLE_RATE)

    async def room(self) -> None:
        """For a file: wait while much waits to be written."""
        while self._patient and not self._over and self._samples > self._most // 2:
            self._taken.clear()
            await self._taken.wait()

    def end(self) -> None:
        """No more sound comes."""
        self._over = True
        self._news.set()
        self._taken.set()

    async def batch(self) -> Batch | None:
        """The samples that wait, once they are enough; None after the end."""
        await self._news.wait()
        batch = list(self._sounding())
        self._waiting.clear()
        self._samples = self._missing = 0
        self._taken.set()
        if not self._over:
            self._news.clear()
        return batch or None

    def _sounding(self) -> Iterator[tuple[int, Samples]]:
        """All that waits as samples, silence in slices of a second that are one in memory."""
        silence = np.zeros((self._tracks, SAMPLE_RATE), np.int16)
        for position, part in self._waiting:
            if not isinstance(part, int):
                yield position, part
                continue
            for at in range(0, part, SAMPLE_RATE):
                yield position + at, silence[:, : part - at]
