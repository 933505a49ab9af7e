"""A file of hours beside people who speak: what it adds to the delay of their windows, in virtual time."""

from statistics import median, quantiles

import numpy as np
import pytest

from asr.background import LONGEST, PATIENCE
from asr.job import Job
from asr.scheduler import Scheduler
from asr.types import DecodeRequest, Kind

SECONDS = 120.0
FIRST, MORE = 0.12, 0.04
"""Seconds that a batch takes, and each further window in it."""
LONG = 0.9
"""Seconds of a window of a file at the worst: 25 s, and decoded twice."""
AUDIO = np.zeros(1, np.float32)


def window(key: str, at: float, *, background: bool = False) -> Job:
    """A window that was asked for at a time."""
    kind = Kind.FINAL if background else Kind.PARTIAL
    return Job(DecodeRequest(key, 1, kind, AUDIO, 0, at + 0.5, background=background), background, at)


class Lane:
    """One lane over a scheduler: speakers ask for a partial every half second, of which `talking` in ten
    seconds they do so; with `file` a file has always windows waiting."""

    def __init__(self, speakers: int, *, talking: float, file: bool) -> None:
        self.delays: list[float] = []
        self.heard = 0
        self._scheduler = Scheduler(8)
        self._file = file
        self._asked = sorted(
            (tick / 2 + speaker / (2 * speakers), f"speaker-{speaker}")
            for speaker in range(speakers)
            for tick in range(int(2 * SECONDS))
            if (tick / 2 + 3 * speaker) % 10 < talking
        )

    def run(self) -> "Lane":
        """Serve until the time is over."""
        now = 0.0
        while now < SECONDS:
            while self._asked and self._asked[0][0] <= now:
                at, key = self._asked.pop(0)
                self._scheduler.add(window(key, at))
            while self._file and len(self._scheduler) < 12:
                self._scheduler.add(window("file", now, background=True))
            now = self._serve(now)
        return self

    def _serve(self, now: float) -> float:
        batch = self._scheduler.next_batch(now=now)
        if not batch:
            due = self._scheduler.due_in(now)
            return now + min(0.01, due) if due else now + 0.01
        background = batch[0].request.background
        took = LONG * len(batch) if background else FIRST + MORE * len(batch)
        self._scheduler.ended(batch, now, now + took)
        if background:
            self.heard += len(batch)
        else:
            self.delays += [now + took - job.queued_at for job in batch]
        return now + took


@pytest.mark.parametrize("speakers", [1, 3, 8])
def test_a_file_does_not_delay_a_live_window(speakers: int) -> None:
    alone = Lane(speakers, talking=8.0, file=False).run()
    beside = Lane(speakers, talking=8.0, file=True).run()
    assert len(beside.delays) >= 0.9 * len(alone.delays)
    assert median(beside.delays) <= 1.1 * median(alone.delays)
    assert quantiles(beside.delays, n=20)[-1] <= quantiles(alone.delays, n=20)[-1] + LONG / 4
    assert max(beside.delays) <= max(alone.delays) + LONG + FIRST + MORE
    assert beside.heard >= SECONDS / (PATIENCE + 2 * LONG), "and it is heard all the same"


def test_where_the_model_has_no_moment_to_itself_a_file_goes_on_slowly() -> None:
    beside = Lane(40, talking=10.0, file=True).run()
    assert beside.heard >= SECONDS / (2 * PATIENCE)
    assert LONG > LONGEST, "one window at a time"
