"""Looks after a vault: completes what crashes left, carries pieces to the bucket, removes what was deleted.

A piece is left when its session is over and nobody writes it. A meeting's files are orphans when there is a
receipt of its deletion: a folder or a bucket that belongs to another database as well loses nothing.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from server.recording import piece
from server.recording.reel import Reel, restore
from server.recording.vault import Vault
from server.store.postgres_recordings import PostgresRecordings
from server.store.recording_records import Recording
from streaming.errors import StoreError, StoreUnavailable

LOOK_SECONDS: Final = 30.0
ORPHANS_SECONDS: Final = 3600.0
AT_ONCE: Final = 1000
"""Meetings that the database is asked about at a time."""
SETTLED_SECONDS: Final = 10.0
"""How long nobody may have written to a piece that is completed for its writer."""

log = structlog.get_logger(__name__)


class Keeping:
    """Of one vault."""

    def __init__(self, vault: Vault, records: PostgresRecordings) -> None:
        self._vault = vault
        self._records = records
        # bounded: by the sessions of this process.
        self._reels: set[Reel] = set()
        self._news = asyncio.Event()

    @contextmanager
    def writing(self, reel: Reel) -> Iterator[None]:
        """Leave the pieces of a reel alone meanwhile."""
        self._reels.add(reel)
        try:
            yield
        finally:
            self._reels.discard(reel)

    def completed(self) -> None:
        """A piece is complete, and may be carried away."""
        self._news.set()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        orphans_at = time.monotonic()
        while True:
            self._news.clear()
            try:
                await self.look()
                if time.monotonic() >= orphans_at:
                    orphans_at = time.monotonic() + ORPHANS_SECONDS
                    await self.sweep()
            except (OSError, StoreError) as error:
                log.warning("recordings_not_kept", error=type(error).__name__)
                await asyncio.sleep(LOOK_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()

    async def look(self) -> None:
        """Complete what is left, then carry away what is complete. A piece with which that fails is told of,
        and waits for the next look. Raises `StoreUnavailable`."""
        bucket = self._vault.bucket is not None
        written = {name for reel in self._reels for name in reel.writing()}
        left = await self._records.left(self._vault.name, whole=bucket, without=written)
        for one in sorted(left, key=lambda one: one.end is not None):
            try:
                await (self._restore(one) if one.end is None else self._carry(one))
            except StoreUnavailable:
                raise
            except (OSError, StoreError) as error:
                log.warning("recording_not_kept", recording=one.id, error=type(error).__name__)

    async def _restore(self, one: Recording) -> None:
        if await asyncio.to_thread(_settled, self._path(one)):
            await restore(one, self._vault, self._records)
            log.info("recording_restored", session=one.session_id)
            self._news.set()

    async def _carry(self, one: Recording) -> None:
        """To the bucket. One whose file is gone is left as it is: that is seen when it is played."""
        bucket, path = self._vault.bucket, self._path(one)
        if bucket is None or not path.exists():
            return
        await bucket.put(one.meeting_id, one.id, path)
        if not await self._records.carried(one.id):
            await bucket.delete(one.meeting_id)
        await asyncio.to_thread(piece.remove, path)

    async def sweep(self) -> int:
        """Remove what is left of deleted meetings, and copies of what is in the bucket; of how many meetings.
        Raises `StoreError`, `OSError`."""
        here, beyond = await self._vault.meetings()
        gone: set[str] = set()
        for some in _in_parts(sorted(here | beyond)):
            gone |= await self._records.deleted(some)
        for meeting in gone:
            await self._vault.delete(meeting)
        if self._vault.bucket is not None:
            for meeting in here - gone:
                await self._tidy(meeting)
        return len(gone)

    async def _tidy(self, meeting: str) -> None:
        """Remove copies of what was carried away. Of a meeting that is unknown here nothing is touched."""
        for one in await self._records.of_meeting(meeting):
            if one.folder is None:
                await asyncio.to_thread(piece.remove, self._path(one))

    def _path(self, one: Recording) -> Path:
        return self._vault.file(one.meeting_id, one.id)


def _in_parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(names), AT_ONCE):
        yield names[at : at + AT_ONCE]


def _settled(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - SETTLED_SECONDS
    except FileNotFoundError:
        return True
