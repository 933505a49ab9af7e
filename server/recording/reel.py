"""The pieces of one session: begun, written, completed.

In: batches of samples with their places. Out: files, and rows that tell of them. A piece has no hole: where
samples are missing a new one begins. What a session that goes on hears again, and is kept already, is left
out. Files are written on the recorder's thread; nothing here runs twice at once.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import av

from server.recording import piece
from server.recording.peaks import Samples
from server.recording.piece import Piece
from server.recording.vault import Vault
from server.store.postgres_recordings import PostgresRecordings
from server.store.recording_records import NewRecording, Recording
from server.store.records import Session
from streaming.commands import Start
from streaming.session import track_names

T = TypeVar("T")


@dataclass(slots=True)
class _Lane:
    """One track: the piece that is written, and up to where its sound is kept."""

    number: int
    name: str | None
    kept: int = 0
    id: str = ""
    piece: Piece | None = None


class Reel:
    """Of one session. `completed` is called when a piece is."""

    def __init__(
        self,
        session: Session,
        start: Start,
        *,
        vault: Vault,
        records: PostgresRecordings,
        thread: Executor,
        completed: Callable[[], None],
    ) -> None:
        self._session = session
        self._start = start
        self._vault = vault
        self._records = records
        self._thread = thread
        self._completed = completed
        self._lanes: list[_Lane] = []
        self._kept: dict[int, int] = {}

    async def begin(self) -> None:
        """Complete what an earlier process left of this session in this folder. Raises `StoreError`,
        `OSError`."""
        for one in await self._records.of_session(self._session.id):
            end = one.end
            if end is None and one.folder == self._vault.name:
                end = await restore(one, self._vault, self._records)
            self._kept[one.channel] = max(self._kept.get(one.channel, 0), end or 0)

    async def put(self, position: int, tracks: Samples) -> None:
        """Write samples of shape (tracks, samples). Raises `OSError`, and `StoreError` before any of them was
        written."""
        if not self._lanes:
            names = track_names(self._start, len(tracks))
            self._lanes = [_Lane(at, name, self._kept.get(at, 0)) for at, name in enumerate(names)]
        for lane in self._lanes:
            skipped = max(0, lane.kept - position)
            if skipped < tracks.shape[1]:
                await self._ready(lane, position + skipped)
        await self._on_thread(lambda: self._write(position, tracks))

    def _write(self, position: int, tracks: Samples) -> None:
        for lane, samples in zip(self._lanes, tracks, strict=True):
            new = samples[max(0, lane.kept - position) :]
            if lane.piece is not None and len(new):
                lane.piece.write(new)
                lane.kept = lane.piece.end

    async def _ready(self, lane: _Lane, position: int) -> None:
        """Have a piece of the lane that goes on at a place."""
        if lane.piece is not None and lane.piece.end == position:
            return
        await self._complete(lane)
        session = self._session
        lane.id = f"{session.id}-{lane.number}-{position}"
        await self._on_thread(self._vault.check_room)
        await self._records.add(
            NewRecording(
                lane.id,
                session.meeting_id,
                session.id,
                lane.number,
                lane.name,
                position,
                self._vault.name,
            )
        )
        path = self._vault.file(session.meeting_id, lane.id)
        lane.piece = await self._on_thread(lambda: Piece(path, position))

    async def finish(self) -> None:
        """Complete every piece. Raises `StoreError`, `OSError`."""
        for lane in self._lanes:
            await self._complete(lane)

    async def _complete(self, lane: _Lane) -> None:
        written, lane.piece = lane.piece, None
        if written is None:
            return
        try:
            await self._on_thread(written.close)
            found = await complete(
                lane.id, self._session.meeting_id, written.path, written.begin, self._records
            )
        finally:
            self._completed()
        lane.kept = found

    def writing(self) -> set[str]:
        """The ids of the pieces in the making."""
        return {lane.id for lane in self._lanes if lane.piece is not None}

    async def _on_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except av.FFmpegError as error:
            raise OSError(f"the encoder failed: {type(error).__name__}") from error


async def restore(left: Recording, vault: Vault, records: PostgresRecordings) -> int:
    """Complete a piece that nobody writes any more; where it ends. Raises `StoreError`, `OSError`."""
    return await complete(left.id, left.meeting_id, vault.file(left.meeting_id, left.id), left.begin, records)


async def complete(name: str, meeting: str, path: Path, begin: int, records: PostgresRecordings) -> int:
    """Tell of a file as it is; one without sound, or without a meeting, is forgotten. Where it ends."""
    found, peaks = await asyncio.to_thread(_measured, path)
    end = begin + found.samples
    if not found.samples:
        await records.forget(name)
    elif await records.close(name, end, found.length, peaks):
        return end
    await asyncio.to_thread(piece.remove, path)
    return end


def _measured(path: Path) -> tuple[piece.Extent, bytes]:
    try:
        found = piece.mend(path)
    except FileNotFoundError:
        return piece.Extent(0, 0), b""
    return found, piece.drawn(path, found.samples)
