"""Recordings that are sent to be heard: received, checked, kept until their job has heard them, cancelled.

In: calls of clients, whole forms or pieces of tus. Out: records in the store, and files in a folder. A file
that is whole and can be read is queued with its record in one transaction; `server.files.job` does the rest.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

import structlog

from server.access.access import Access
from server.files.folder import Folder, no_room
from server.files.form import Form
from server.files.hearing import LONGEST_SECONDS, too_long
from server.files.receiving import Receiving
from server.media import probe
from server.store.postgres_uploads import PostgresUploads
from server.store.upload_records import NewUpload, Upload
from streaming.commands import Start
from streaming.errors import NotFound, ProtocolError, StoreError
from streaming.progress import start_as_json

MOST_OPEN: Final = 1_000
"""Files that are received or wait, in one folder."""
EXPIRES_SECONDS: Final = 24 * 3600.0
TIDY_SECONDS: Final = 600.0

log = structlog.get_logger(__name__)


class Uploads:
    """The uploads of one folder. What other folders have is known, and not touched."""

    def __init__(self, records: PostgresUploads, folder: Folder) -> None:
        self._records = records
        self.folder = folder
        self._receiving = Receiving(folder)

    async def get(self, upload_id: str, access: Access | None = None) -> Upload:
        """One that is there for the caller, if there is one. Raises `NotFound` `upload_not_found`."""
        upload = await self._records.get(upload_id)
        if upload is None or (access and not access.sees(upload.workspace, upload.meeting_id)):
            raise upload_not_found()
        return upload

    def received(self, upload: Upload) -> int | None:
        """Bytes that were received; None where another folder knows."""
        if upload.state != "receiving":
            return upload.size
        return self.folder.received(upload.id) if upload.folder == self.folder.name else None

    async def check_room(self, size: int) -> None:
        """Refuse what there is no room for. Raises `ProtocolError` `upload_too_big` or `no_room`."""
        held = await self._records.held(self.folder.name)
        if len(held) >= MOST_OPEN:
            raise no_room()
        await asyncio.to_thread(
            self.folder.check_room, (*held.values(), *self._receiving.without_record), size
        )

    async def create(self, start: Start, size: int, access: Access) -> Upload:
        """Await a file of `size` bytes for a meeting. Raises `NotFound` `meeting_not_found`."""
        return await self._records.add(self._new(new_id(), start, size, access))

    async def append(self, upload: Upload, offset: int, body: AsyncIterator[bytes]) -> int:
        """Take what follows on the first `offset` bytes; how many there are then.

        The last piece is answered when the file was found to be good. Raises `ProtocolError`:
        `upload_offset`, `upload_over`, `upload_elsewhere`, `upload_too_big`, `no_room`, `body_too_slow`, and
        what is wrong with the file.
        """
        if upload.folder != self.folder.name:
            raise ProtocolError(
                "upload_elsewhere", "Another server has begun to receive this file.", status=409
            )
        async with self._receiving.one(upload.id) as piece:
            if (await self.get(upload.id)).state != "receiving":
                raise ProtocolError("upload_over", "Nothing more of this file is awaited.", status=409)
            received = self.folder.received(upload.id)
            if received != offset:
                message = f"{received} bytes were received; send what follows."
                raise ProtocolError("upload_offset", message, status=409)
            async for data in body:
                await piece.take(data, upload.size - received)
            await piece.end()
            if received + piece.taken == upload.size:
                await self._complete(upload)
            return received + piece.taken

    async def take_form(
        self,
        form: Form,
        body: AsyncIterator[bytes],
        size: int,
        access: Access,
        ask: Callable[[], Awaitable[Start]],
    ) -> Upload:
        """Take a whole file as it comes in a form of about `size` bytes.

        `ask` gives what is asked for, with the meeting, once the file was found to be good. Raises what
        `append`, `ask` and `Form` raise; nothing is kept then.
        """
        name = new_id()
        try:
            async with self._receiving.unrecorded(name, size), self._receiving.one(name) as piece:
                await form.read(body, partial(piece.take, most=self.folder.each))
                await piece.end()
                seconds = await self._checked(name)
                upload = await self._records.add(self._new(name, await ask(), piece.taken, access))
                await self._records.whole(name, seconds)
                return upload
        except BaseException:
            self.folder.remove(name)
            raise

    async def cancel(self, upload: Upload) -> None:
        """Hear no more of it. What was heard stays with its meeting, which then ends."""
        if await self._records.settle(upload.id, "cancelled") and upload.state == "receiving":
            self._receiving.interrupt(upload.id)
            self.folder.remove(upload.id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the folder tidy until the block ends."""
        async with asyncio.TaskGroup() as tasks:
            tidying = tasks.create_task(self._tidy())
            try:
                yield
            finally:
                tidying.cancel()

    async def _tidy(self) -> None:
        while True:
            with suppress(StoreError):
                await self.tidy()
            await asyncio.sleep(TIDY_SECONDS)

    async def tidy(self) -> None:
        """Give up what was not sent in time, take up what came whole before a crash, remove what nobody
        knows."""
        await self._records.expire(self.folder.name, EXPIRES_SECONDS)
        held = await self._records.held(self.folder.name)
        for name, size in held.items():
            if self.folder.received(name) == size:
                upload = await self.get(name)
                if upload.state == "receiving":
                    with suppress(ProtocolError):
                        async with self._receiving.one(name):
                            await self._complete(upload)
        if removed := await asyncio.to_thread(self.folder.sweep, held.keys()):
            log.info("unknown_uploads_removed", files=removed)

    async def _complete(self, upload: Upload) -> None:
        try:
            seconds = await self._checked(upload.id)
        except ProtocolError as error:
            await self._records.settle(upload.id, "failed", error.code, error.message)
            self.folder.remove(upload.id)
            raise
        await self._records.whole(upload.id, seconds)

    async def _checked(self, name: str) -> float | None:
        """Seconds of a file that is whole. Raises `ProtocolError` for one that is not to be heard."""
        await asyncio.to_thread(self.folder.seal, name)
        seconds = await asyncio.to_thread(probe, self.folder.file(name))
        if seconds is not None and seconds > LONGEST_SECONDS:
            raise too_long()
        return seconds

    def _new(self, name: str, start: Start, size: int, access: Access) -> NewUpload:
        assert start.meeting is not None, "an upload is of a meeting"  # noqa: S101
        return NewUpload(name, start.meeting, self.folder.name, size, start_as_json(start), access.key)


def new_id() -> str:
    """`up_` and 96 random bits, not to be guessed."""
    return f"up_{secrets.token_hex(12)}"


def upload_not_found() -> NotFound:
    """The error for an upload that is not there."""
    return NotFound("upload_not_found", "There is no upload with this id.")
