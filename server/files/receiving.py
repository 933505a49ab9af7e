"""Takes in the body of a request that brings a file: to the disk in large pieces, from one request at a time.

A request that brings nothing for `PIECE_SECONDS` is given up, and so is one whose client has come back with
another one for the same file: the connection of the first is dead, and nobody has noticed yet.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from server.files.folder import Folder
from streaming.errors import ProtocolError

PIECE_SECONDS: Final = 60.0
WRITE_BYTES: Final = 1 << 20


@dataclass(slots=True)
class _Request:
    patience: asyncio.Timeout
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Receiving:
    """The files that are being received. Everything that came before a break is kept."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        # bounded: by the requests that are open.
        self._requests: dict[str, _Request] = {}
        self._bytes: dict[str, int] = {}

    @property
    def without_record(self) -> tuple[int, ...]:
        """Bytes of the files that come in a form, of which the store does not know yet."""
        return tuple(self._bytes.values())

    @asynccontextmanager
    async def one(self, upload: str) -> AsyncIterator["Piece"]:
        """Be the one request that brings this file. Raises `ProtocolError` `body_too_slow` (408)."""
        while (before := self._requests.get(upload)) is not None:
            before.patience.reschedule(asyncio.get_running_loop().time())
            await before.over.wait()
        request = self._requests[upload] = _Request(asyncio.timeout(PIECE_SECONDS))
        try:
            async with request.patience:
                piece = Piece(self._folder, upload, request.patience)
                try:
                    yield piece
                finally:
                    await piece.flush()
        except TimeoutError:
            message = f"Nothing came for {PIECE_SECONDS:g} seconds; go on from where HEAD says."
            raise ProtocolError("body_too_slow", message, status=408) from None
        finally:
            del self._requests[upload]
            request.over.set()

    @asynccontextmanager
    async def unrecorded(self, upload: str, size: int) -> AsyncIterator[None]:
        """Count a file of about this size until the store does."""
        self._bytes[upload] = size
        try:
            yield
        finally:
            del self._bytes[upload]

    def interrupt(self, upload: str) -> None:
        """Give up the request that brings this file, if there is one."""
        if (request := self._requests.get(upload)) is not None:
            request.patience.reschedule(asyncio.get_running_loop().time())


class Piece:
    """What one request brings."""

    def __init__(self, folder: Folder, upload: str, patience: asyncio.Timeout) -> None:
        self._folder = folder
        self._upload = upload
        self._patience = patience
        self._waiting = bytearray()
        self.taken = 0
        """Bytes that came."""

    async def take(self, data: bytes, most: int) -> None:
        """The next bytes, of which there may be `most` in all. Raises `ProtocolError` `upload_too_big`,
        `no_room`."""
        if self.taken + len(data) > most:
            raise ProtocolError("upload_too_big", f"More than {most} bytes came.", status=413)
        self._patience.reschedule(asyncio.get_running_loop().time() + PIECE_SECONDS)
        self.taken += len(data)
        self._waiting += data
        if len(self._waiting) >= WRITE_BYTES:
            await self.flush()

    async def end(self) -> None:
        """No more bytes come; what is done with them may take its time."""
        self._patience.reschedule(None)
        await self.flush()

    async def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            data, self._waiting = bytes(self._waiting), bytearray()
            await asyncio.to_thread(self._folder.append, self._upload, data)
