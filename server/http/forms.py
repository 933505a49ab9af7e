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

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from server.files.brought import MOST_BYTES, PATIENCE, PIECE, Brought, put
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
        self._count = 0
        self._text = 0
        self._ended = False
        self._header, self._content = bytearray(), bytearray()
        self._name, self._disposition, self._is_file = "", b"", False
        self._value = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._content.extend(data[start:end]),
                "on_header_end": self._end_of_header,
                "on_headers_finished": self._named,
                "on_end": self._over,
            },
        )

    def write(self, data: bytes) -> None:
        """Take the bytes that follow. Raises `ProtocolError`."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise _bad("it is no multipart form as RFC 7578 says") from None

    def finish(self) -> Form:
        """No more bytes come. Raises `ProtocolError` when the form is not complete."""
        if not self._ended:
            raise _bad("it ends before its last boundary")
        return self._form

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise _bad(f"it has more than {MOST_PARTS} parts")
        self._disposition = b""
        self._value.clear()

    def _end_of_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._content)
        self._header.clear()
        self._content.clear()

    def _named(self) -> None:
        _, options = parse_options_header(self._disposition.decode("latin-1"))
        self._name = _text(options.get(b"name", b""))
        self._is_file = self._name == "file" and not self.came
        if self._is_file:
            self.came = True
            self._form.filename = _text(options.get(b"filename", b""))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._form.size += end - start
            if self._form.size > self._max_file:
                message = f"The file has over {self._max_file >> 20} MiB."
                raise ProtocolError("file_too_big", message, Close.TOO_BIG, 413)
            self.pending += data[start:end]
            return
        self._text += end - start
        if self._text > MAX_FIELDS:
            message = f"The fields beside the file have over {MAX_FIELDS} bytes."
            raise ProtocolError("body_too_big", message, Close.TOO_BIG, 413)
        self._value += data[start:end]

    def _end(self) -> None:
        if not self._is_file and self._name:
            self._form.fields.append((self._name, _text(bytes(self._value))))

    def _over(self) -> None:
        self._ended = True


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 256:
        raise _bad("send multipart/form-data with a boundary")
    return boundary


def _text(data: bytes) -> str:
    return data.decode(errors="replace").replace("\x00", "\ufffd")


def _bad(why: str) -> ProtocolError:
    return ProtocolError("bad_form", f"The form cannot be read: {why}.")


async def _write(file: IO[bytes], parts: _Parts) -> None:
    piece, parts.pending = parts.pending, bytearray()
    await put(file, bytes(piece))
