"""Where pieces lie: a folder on this machine, and a bucket beyond it if there is one.

A piece is written in the folder. With a bucket, complete ones are carried there and leave the folder. In:
meetings and pieces by name. Out: files, bytes, counts. What blocks runs on threads.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.files.folder import lasting_name
from server.recording import piece
from server.store.recording_records import Recording

if TYPE_CHECKING:  # slow to import, and only needed where there is a bucket
    from server.recording.bucket import Bucket

FREE_BYTES: Final = 1 << 30
"""Left to the rest of the machine: below that nothing more is recorded."""
CHUNK: Final = 256 * 1024
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece as it can be played now: `size` bytes of so many `samples`; a `growing` one has more later."""

    recording: Recording
    size: int
    samples: int
    growing: bool
    path: Path | None


class Vault:
    """`path` is made if it is missing; its name says in the database which pieces it has."""

    def __init__(self, path: Path, bucket: "Bucket | None" = None, *, free: int = FREE_BYTES) -> None:
        """Raises `OSError`."""
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.bucket = bucket
        self.name = lasting_name(path / "name")
        self._free = free

    def file(self, meeting: str, name: str) -> Path:
        """Where a piece is written."""
        return self.path / meeting / f"{name}.ogg"

    def check_room(self) -> None:
        """Raises `OSError` when the disk is all but full."""
        if shutil.disk_usage(self.path).free < self._free:
            raise OSError("the disk is full")

    async def sound(self, recording: Recording) -> Sound | None:
        """A piece as it can be played now; None where it cannot be played from here."""
        if recording.folder not in {None, self.name}:
            return None
        path = self.file(recording.meeting_id, recording.id)
        end, size = recording.end, recording.size
        if end is None or size is None:
            try:
                found = await asyncio.to_thread(piece.extent, path)
            except FileNotFoundError:
                return None
            return Sound(recording, found.length, found.samples, True, path)
        # What its row says of a complete piece is what a look at its file would find.
        if recording.folder is not None and await asyncio.to_thread(path.exists):
            return Sound(recording, size, end - recording.begin, False, path)
        return None if self.bucket is None else Sound(recording, size, end - recording.begin, False, None)

    async def read(self, sound: Sound, begin: int, end: int) -> AsyncIterator[bytes]:
        """Bytes [begin, end) in pieces. Raises `OSError`, `FileNotFoundError`."""
        recording = sound.recording
        for at in range(begin, end, CHUNK):
            until = min(end, at + CHUNK)
            if sound.path is not None:
                data = await asyncio.to_thread(_read, sound.path, at, until)
            elif self.bucket is not None:
                data = await self.bucket.read(recording.meeting_id, recording.id, at, until)
            else:
                raise FileNotFoundError(recording.id)
            yield data

    async def delete(self, meeting_id: str) -> int:
        """Remove all audio of a meeting: how many pieces that were. Again: none, and no error. Raises
        `OSError`."""
        here = await asyncio.to_thread(self._clear, meeting_id)
        beyond = await self.bucket.delete(meeting_id) if self.bucket is not None else 0
        return here + beyond

    def _clear(self, meeting_id: str) -> int:
        folder = self.path / meeting_id
        count = len(list(folder.glob("*.ogg")))
        if folder.is_dir():
            shutil.rmtree(folder)
        return count

    async def meetings(self) -> tuple[set[str], set[str]]:
        """Of which there is anything, here and in the bucket. Raises `OSError`."""
        here = await asyncio.to_thread(lambda: {one.name for one in self.path.iterdir() if one.is_dir()})
        return here, await self.bucket.meetings() if self.bucket is not None else set()


def _read(path: Path, begin: int, end: int) -> bytes:
    with path.open("rb") as file:
        file.seek(begin)
        data = file.read(end - begin)
    if len(data) < end - begin:
        raise OSError(f"{path.name} is shorter than it was")
    return data
