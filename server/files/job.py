"""The durable job of an upload: its file is heard to the end, however often the process that does so is lost.

In: the number of an upload. Its session is an ordinary one that waits without end for the job to come back;
the job begins a new one, or goes on with it from what is stored. Out: the upload's last state, and no file.
"""

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from server.access.access import Access
from server.files.folder import Folder
from server.files.hearing import Files, Hearing, Kept
from server.groups import alone
from server.jobs.follow_up import Ending, Step, Work
from server.store.postgres_uploads import PostgresUploads
from server.store.queue import UPLOAD
from server.store.upload_records import Upload
from server.store.uploads import queue_of
from streaming.commands import Resume
from streaming.errors import Overloaded, ProtocolError, StoreError
from streaming.progress import start_of_json

AT_ONCE: Final = 1
"""Uploads that one process hears at once: another one would only share the same model."""
LOOK_SECONDS: Final = 1.0
"""How often it is looked whether the upload was cancelled."""

log = structlog.get_logger(__name__)


class UploadJob:
    """Hears the uploads of one folder."""

    def __init__(self, records: PostgresUploads, folder: Folder, files: Files) -> None:
        self._records = records
        self._folder = folder
        self._files = files

    @property
    def work(self) -> Work:
        """For the queue of jobs."""
        return Work(UPLOAD, (Step("hear", self.hear),), AT_ONCE, self._failed, queue_of(self._folder.name))

    async def hear(self, ending: Ending) -> None:
        """Hear an upload that nobody cancelled. Raises `StoreError` to be called again."""
        while upload := await self._records.begin(ending.meeting, ending.number):
            if upload.state != "hearing":
                await asyncio.to_thread(self._folder.remove, upload.id)
                return
            try:
                await self._hear(upload)
            except Overloaded as error:
                # Other files have the places, or this process stops and another one goes on.
                await asyncio.sleep(error.retry_after or LOOK_SECONDS)
            except ProtocolError as error:
                await self._over(upload, error)
            else:
                await self._records.settle(upload.id, "done")

    async def _hear(self, upload: Upload) -> None:
        resume = None
        if upload.session_id is not None and upload.token is not None:
            resume = Resume(upload.session_id, upload.token, upload.seq)
        kept = Kept(resume, lambda session, token: self._records.keep(upload.id, session, token))
        file = self._folder.file(upload.id)
        access = Access(upload.workspace, frozenset({"ingest"}), upload.meeting_id, upload.key_id)
        with alone():
            async with (
                self._files.hearing(file, start_of_json(upload.options), access, kept) as hearing,
                asyncio.TaskGroup() as tasks,
            ):
                looking = tasks.create_task(self._until_cancelled(upload, hearing))
                async for _ in hearing:
                    pass
                looking.cancel()

    async def _until_cancelled(self, upload: Upload, hearing: Hearing) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with suppress(StoreError):
                now = await self._records.get(upload.id)
                if now is None or now.state != "hearing":
                    hearing.stop()
                    return

    async def _over(self, upload: Upload, error: ProtocolError) -> None:
        """The session was over before, in good order, or the file is at fault."""
        if error.code == "session_ended":
            await self._records.settle(upload.id, "done")
            return
        log.warning("upload_failed", upload=upload.id, code=error.code)
        await self._records.settle(upload.id, "failed", error.code, error.message)

    async def _failed(self, ending: Ending, _: str) -> None:
        upload = await self._records.begin(ending.meeting, ending.number)
        if upload is not None:
            sentence = "The server failed to hear the file; the log says why."
            await self._records.settle(upload.id, "failed", "internal", sentence)
            await asyncio.to_thread(self._folder.remove, upload.id)
