"""Forms with a file in them (multipart/form-data, RFC 7578), read to disk as they come.

In: a request from anybody, its parts in any order. Out: the fields as text, and the part named `file` as a
file that is gone when the block ends. Nothing but a part's head and one piece of it is held in memory.
Bounds: a file has `MOST_BYTES`, all other parts together `MAX_FIELDS`; a form that stops coming is waited for
`PATIENCE` seconds, and `LONGEST` in all. How many there are at a time bounds `Brought`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from python_multipart.exceptions import FormParserError
from starlette.requests import Request

from server.files.brought import MOST_BYTES, PATIENCE, PIECE, Brought, put
from server.files.multipart import Multipart, boundary_of
from streaming.errors import Close, ProtocolError

MAX_FIELDS: Final = 1 << 20
MOST_PARTS: Final = 500
LONGEST: Final = 1_800.0


@dataclass(slots=True)
class Form:
    """What was sent. `file` is None where no such part came; `size` is the file's, in bytes."""

    fields: list[tuple[str, str]] = field(default_factory=list)  # bounded: by MOST_PARTS and MAX_FIELDS
    file: Path | None = None
    filename: str = ""
    size: int = 0


@asynccontextmanager
async def read_form(request: Request, brought: Brought, *, most: int = MOST_BYTES) -> AsyncIterator[Form]:
    """The form in the body, with a file of at most so many bytes.

    Raises `ProtocolError`, `Overloaded`, and Starlette's `ClientDisconnect`.
    """
    with brought.place() as file:
        yield await _read(request, file, most)


async def _read(request: Request, file: IO[bytes], most: int) -> Form:
    parts = _Parts(_boundary(request.headers.get("content-type", "")), most)
    clock = asyncio.get_running_loop().time
    last = clock() + LONGEST
    try:
        async with asyncio.timeout(PATIENCE) as patience:
            async for chunk in request.stream():
                patience.reschedule(min(clock() + PATIENCE, last))
                parts.write(chunk)
                if len(parts.pending) >= PIECE:
                    await _write(file, parts)
    except TimeoutError:
        message = f"The body stopped coming for {PATIENCE:g} seconds, or took {LONGEST:g} in all."
        raise ProtocolError("body_too_slow", message, status=408) from None
    form = parts.finish()
    await _write(file, parts)
    form.file = Path(file.name) if parts.came else None
    return form


class _Parts:
    """What the parser finds. `pending` are bytes of the file that are not written yet."""

    def __init__(self, boundary: bytes, max_file: int) -> None:
        self.pending = bytearray()
        self.came = False
        self._form = Form()
        self._max_file = max_file
        self._text = 0
        self._name, self._is_file = "", False
        self._value = bytearray()
        self._body = Multipart(boundary, self)

    def write(self, data: bytes) -> None:
        """Take the bytes that follow. Raises `ProtocolError`."""
        try:
            self._body.write(data)
        except FormParserError:
            raise _bad("it is no multipart form as RFC 7578 says") from None

    def finish(self) -> Form:
        """No more bytes come. Raises `ProtocolError` when the form is not complete."""
        if not self._body.complete:
            raise _bad("it ends before its last boundary")
        return self._form

    # What `Multipart` tells.

    def begins(self, number: int) -> None:
        if number > MOST_PARTS:
            raise _bad(f"it has more than {MOST_PARTS} parts")

    def head(self, size: int) -> None:
        """Bounded by the parser: eight headers of 4 KiB a part."""

    def named(self, name: bytes, filename: bytes | None) -> None:
        self._name = _text(name)
        self._value.clear()
        self._is_file = self._name == "file" and not self.came
        if self._is_file:
            self.came = True
            self._form.filename = _text(filename or b"")

    def data(self, piece: bytes) -> None:
        if self._is_file:
            self._form.size += len(piece)
            if self._form.size > self._max_file:
                message = f"The file has over {self._max_file >> 20} MiB."
                raise ProtocolError("file_too_big", message, Close.TOO_BIG, 413)
            self.pending += piece
            return
        self._text += len(piece)
        if self._text > MAX_FIELDS:
            message = f"The fields beside the file have over {MAX_FIELDS} bytes."
            raise ProtocolError("body_too_big", message, Close.TOO_BIG, 413)
        self._value += piece

    def ends(self) -> None:
        if not self._is_file and self._name:
            self._form.fields.append((self._name, _text(bytes(self._value))))


def _boundary(content_type: str) -> bytes:
    boundary = boundary_of(content_type) or b""
    if not 0 < len(boundary) <= 256:
        raise _bad("send multipart/form-data with a boundary")
    return boundary


def _text(data: bytes) -> str:
    return data.decode(errors="replace").replace("\x00", "\ufffd")


def _bad(why: str) -> ProtocolError:
    return ProtocolError("bad_form", f"The form cannot be read: {why}.")


async def _write(file: IO[bytes], parts: _Parts) -> None:
    piece, parts.pending = parts.pending, bytearray()
    await put(file, bytes(piece))
