"""Records sessions: a tape for each, and one thread that writes them all.

In: sessions that are to be recorded. Out: their pieces, in a vault and in the database. Recording never slows
a session: its tape is bounded, and what the thread, the disk or the database cannot take in time is let go
of, counted, and missing between two pieces. While this runs, what crashes left behind is completed, carried
to the bucket, or removed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from server.metrics import Metrics
from server.recording.keeping import Keeping
from server.recording.reel import Reel
from server.recording.tape import Batch, Tape
from server.recording.vault import Vault
from server.store.postgres_recordings import PostgresRecordings
from server.store.records import Session
from streaming.commands import Start
from streaming.errors import NotFound, StenoError, StoreError, StoreUnavailable

AGAIN_SECONDS: Final = 2.0
"""After which a disk or a database that failed is tried again."""
LAST_SECONDS: Final = 15.0
"""What the end of the process leaves to pieces that are being completed; the next start does the rest."""

log = structlog.get_logger(__name__)


class Recorder:
    """`running` must be open while sessions are recorded."""

    def __init__(self, vault: Vault, records: PostgresRecordings, keeping: Keeping, metrics: Metrics) -> None:
        self._vault = vault
        self._records = records
        self._keeping = keeping
        self._metrics = metrics
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recorder")
        self._tasks: asyncio.TaskGroup | None = None
        # bounded: by the sessions of this process.
        self._recorded: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Record until the block ends, and complete what was begun."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            keeping = tasks.create_task(self._keeping.run())
            try:
                yield
            finally:
                if self._recorded:
                    await asyncio.wait(self._recorded, timeout=LAST_SECONDS)
                for task in (keeping, *self._recorded):
                    task.cancel()
        await asyncio.to_thread(self._thread.shutdown)

    def tape(self, session: str, *, patient: bool, missed: Callable[[], None]) -> Tape:
        """For the sound of a session; `missed` is called once if not all of it is kept. `record` it."""
        told = False

        def lost(seconds: float) -> None:
            nonlocal told
            self._metrics.recording_lost.inc(seconds)
            if not told:
                told = True
                log.warning("recording_incomplete", session=session)
                missed()

        return Tape(lost, patient=patient)

    def record(self, tape: Tape, session: Session, start: Start) -> None:
        """Write what comes on the tape of a session, until it ends."""
        assert self._tasks is not None, "sessions are recorded while `running` is open"  # noqa: S101
        task = self._tasks.create_task(self._write(tape, session, start))
        self._recorded.add(task)
        task.add_done_callback(self._recorded.discard)

    async def _write(self, tape: Tape, session: Session, start: Start) -> None:
        reel = Reel(
            session,
            start,
            vault=self._vault,
            records=self._records,
            thread=self._thread,
            completed=self._keeping.completed,
        )
        with self._keeping.writing(reel):
            try:
                await _patiently(reel.begin)
                while (batch := await tape.batch()) is not None:
                    await self._put(reel, batch, tape)
                await _patiently(reel.finish)
            except NotFound:
                tape.end()  # The meeting was deleted; files made meanwhile go with the next look.
            except Exception:
                tape.end()
                log.exception("recording_failed", session=session.id)
                with suppress(OSError, StenoError):
                    await reel.finish()

    async def _put(self, reel: Reel, batch: Batch, tape: Tape) -> None:
        """Write a batch; what a disk or a database that fails does not take is lost."""
        for at, (position, tracks) in enumerate(batch):
            try:
                await reel.put(position, tracks)
            except (OSError, StoreUnavailable) as error:
                log.warning("recording_not_written", error=type(error).__name__)
                tape.lose(sum(samples.shape[1] for _, samples in batch[at:]))
                with suppress(OSError, StoreError):
                    await reel.finish()
                await asyncio.sleep(AGAIN_SECONDS)
                return


async def _patiently(work: Callable[[], Awaitable[None]]) -> None:
    """Do what a disk or a database that is away delays. Raises `StoreError` that no waiting helps."""
    while True:
        try:
            await work()
        except (OSError, StoreUnavailable) as error:
            log.warning("recording_waits", error=type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return
