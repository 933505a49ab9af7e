"""A recording that one call brings: kept on disk while it is heard, answered with its text, and forgotten.

In: the bytes of a body, or an address to fetch them from; what a client would say at the start of a stream.
Out: the finals of an ordinary session in the background of live speech. Of a recording that names no meeting
nothing stays. Bounds: `AT_ONCE` recordings, `MOST_BYTES` each, `PATIENCE` seconds between two pieces.
"""

import asyncio
import hashlib
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final

from server.access.access import Access
from server.files.hearing import Files, Heard, Hearing
from server.live.hub import Hub
from server.store.api import Store
from streaming.commands import AudioFormat, Encoding, Start
from streaming.errors import Close, NotFound, Overloaded, ProtocolError
from streaming.pcm import frame_size

AT_ONCE: Final = 16
MOST_BYTES: Final = 512 << 20
PATIENCE: Final = 30.0
PIECE: Final = 1 << 20
"""Bytes that are written at once, on a thread."""
_WAV = {Encoding.PCM_S16LE: 1, Encoding.PCM_F32LE: 3, Encoding.ALAW: 6, Encoding.MULAW: 7}
"""The numbers of formats in a WAVE header (RFC 2361)."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that is there as long as the block that made it, and the digest of what came."""

    path: Path
    sha256: str


class Brought:
    """Recordings of calls. `files` hears them."""

    def __init__(self, files: Files, store: Store, hub: Hub, *, at_once: int = AT_ONCE) -> None:
        self._files = files
        self._store = store
        self._hub = hub
        self._at_once = at_once
        self._kept = 0

    @asynccontextmanager
    async def kept(self, pieces: AsyncIterator[bytes], audio: AudioFormat) -> AsyncIterator[Recording]:
        """Write the pieces to a file that a decoder can read; raw audio gets a header that declares it.

        Raises `ProtocolError` for what is too big, too slow or empty, and `Overloaded`.
        """
        with self.place() as file:
            digest = await _write(file, pieces, audio)
            yield Recording(Path(file.name), digest)

    @asynccontextmanager
    async def hearing(self, path: Path, start: Start, access: Access) -> AsyncIterator[Hearing]:
        """Hear a file, and forget it unless it belongs to a meeting. The end of the block ends it. Raises
        what `Files.hearing` raises."""
        meeting = None
        try:
            async with self._files.hearing(path, start, access) as hearing:
                meeting = hearing.meeting
                yield hearing
        finally:
            if meeting is not None and start.meeting is None and access.meeting is None:
                with suppress(NotFound):
                    await self._store.delete_meeting(meeting)
                self._hub.end(meeting)

    async def heard(self, recording: Recording, start: Start, access: Access) -> Heard:
        """The whole text. Cancelling ends it. Raises what `hearing` raises."""
        async with self.hearing(recording.path, start, access) as hearing:
            return await hearing.whole()

    @contextmanager
    def place(self) -> Iterator[IO[bytes]]:
        """A file to write a recording to, which is gone when the block ends. Raises `Overloaded`."""
        if self._kept >= self._at_once:
            message = f"This server takes {self._at_once} recordings at once, and does so."
            raise Overloaded(message, 5.0, "too_many_files")
        self._kept += 1
        try:
            # Not buffered: a full disk shows where it is written to, and not once more where it is closed.
            with NamedTemporaryFile(prefix="steno-", buffering=0) as file:
                yield file
        finally:
            self._kept -= 1


async def put(file: IO[bytes], piece: bytes) -> None:
    """Write a whole piece to a file that is not buffered. Raises `Overloaded` `disk_full`."""
    try:
        await asyncio.to_thread(_put, file, piece)
    except OSError:
        raise Overloaded("There is no room on disk for the file just now.", 60.0, "disk_full") from None


def _put(file: IO[bytes], piece: bytes) -> None:
    left = memoryview(piece)
    while left:  # One call may write a part: the last of the room there is.
        left = left[file.write(left) :]


async def _write(file: IO[bytes], pieces: AsyncIterator[bytes], audio: AudioFormat) -> str:
    digest = hashlib.sha256()
    size = 0
    waiting = bytearray()
    async for piece in _patiently(pieces):
        if not size and piece and audio.encoding is not Encoding.AUTO and not piece.startswith(b"RIFF"):
            waiting += wav_header(audio)
        digest.update(piece)
        size += len(piece)
        if size > MOST_BYTES:
            message = f"The recording has over {MOST_BYTES >> 20} MiB."
            raise ProtocolError("file_too_big", message, Close.TOO_BIG, 413)
        waiting += piece
        if len(waiting) >= PIECE:
            await put(file, bytes(waiting))
            waiting.clear()
    if not size:
        raise ProtocolError("file_empty", "The recording is empty.", Close.NOT_UNDERSTOOD)
    await put(file, bytes(waiting))
    return digest.hexdigest()


async def _patiently(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(PATIENCE):
                piece = await anext(pieces, None)
        except TimeoutError:
            message = f"The recording stopped coming for {PATIENCE:g} seconds."
            raise ProtocolError("body_too_slow", message, status=408) from None
        if piece is None:
            return
        yield piece


def wav_header(audio: AudioFormat) -> bytes:
    """The head of a WAVE file of unknown length, as streams have it."""
    frame, unknown = frame_size(audio), 0xFFFFFFFF
    form = struct.pack(
        "<HHIIHH",
        _WAV[audio.encoding],
        audio.channels,
        audio.sample_rate,
        audio.sample_rate * frame,
        frame,
        frame // audio.channels * 8,
    )
    head = b"RIFF" + struct.pack("<I", unknown) + b"WAVE"
    return head + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", unknown)
