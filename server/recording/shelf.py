"""What was recorded of a meeting, as it can be heard: the list, the sound, the waveform.

In: meetings and pieces by name. Out: plain data on the meeting's clock. What two pieces of a track both hold,
since the session went on elsewhere before the first was complete, is told of the later one alone.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from asr.types import SAMPLE_RATE
from server.recording import peaks, piece
from server.recording.vault import Sound, Vault
from server.store.postgres_recordings import PostgresRecordings
from server.store.recording_records import Recording

HOLE: Final = 0.3
"""Seconds that may be missing between two pieces or at an end without being told of."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece on the meeting's clock, in seconds; `sound` is None where it cannot be played from here."""

    recording: Recording
    start: float
    duration: float
    sound: Sound | None


@dataclass(frozen=True, slots=True)
class Hole:
    """Seconds of a track, on the meeting's clock, whose sound was not kept."""

    session: str
    channel: int
    start: float
    end: float


class Shelf:
    """Of one vault."""

    def __init__(self, vault: Vault, records: PostgresRecordings) -> None:
        self._vault = vault
        self._records = records

    async def of_meeting(self, meeting_id: str) -> list[Stretch]:
        """All pieces by time. Raises `StoreError`, `OSError`."""
        found = await self._records.of_meeting(meeting_id)
        stretches = [_stretch(one, await self._vault.sound(one)) for one in found]
        cut = [part for _, track in groupby(stretches, _track) for part in _cut(list(track))]
        return sorted((one for one in cut if one.duration > 0), key=lambda one: one.start)

    async def sound(self, meeting_id: str, recording_id: str) -> Sound | None:
        """One piece as it can be played now, or None. Raises `StoreError`, `OSError`."""
        found = await self._records.get(meeting_id, recording_id)
        return None if found is None else await self._vault.sound(found)

    def read(self, sound: Sound, begin: int, end: int) -> AsyncIterator[bytes]:
        """Bytes [begin, end) of it."""
        return self._vault.read(sound, begin, end)

    async def waveform(self, meeting_id: str, duration: float, bars: int) -> list[int]:
        """How loud the meeting is in each of equal parts, over all tracks. Raises `StoreError`, `OSError`."""
        found = await self._records.of_meeting(meeting_id)
        drawn = await self._records.peaks(meeting_id)
        for one in found:
            if one.id not in drawn and (sound := await self._vault.sound(one)) and sound.path:
                drawn[one.id] = await asyncio.to_thread(piece.drawn, sound.path, sound.samples)
        pieces = [(_begin(one), drawn[one.id]) for one in found if one.id in drawn]
        return await asyncio.to_thread(peaks.waveform, pieces, duration, bars)


def holes(stretches: Iterable[Stretch]) -> list[Hole]:
    """What is missing of recorded tracks: before, between and, when the session is over, after the pieces."""
    ordered = sorted(stretches, key=_track)
    return [hole for _, track in groupby(ordered, _track) for hole in _holes(list(track))]


def _holes(track: Sequence[Stretch]) -> Iterable[Hole]:
    first = track[0].recording
    ends = [first.offset, *(one.start + one.duration for one in track)]
    starts = [*(one.start for one in track), ends[-1] if first.live else first.offset + first.duration]
    for end, start in zip(ends, starts, strict=True):
        if start - end > HOLE:
            yield Hole(first.session_id, first.channel, end, start)


def _track(one: Stretch) -> tuple[str, int]:
    return one.recording.session_id, one.recording.channel


def _begin(one: Recording) -> float:
    return one.offset + one.begin / SAMPLE_RATE


def _stretch(one: Recording, sound: Sound | None) -> Stretch:
    written = 0 if sound is None else sound.samples
    samples = written if one.end is None else one.end - one.begin
    return Stretch(one, _begin(one), samples / SAMPLE_RATE, sound)


def _cut(track: Sequence[Stretch]) -> Iterable[Stretch]:
    for one, after in pairwise(track):
        yield Stretch(one.recording, one.start, min(one.duration, after.start - one.start), one.sound)
    yield track[-1]
