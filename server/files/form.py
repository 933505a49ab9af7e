"""A multipart form (RFC 7578) with one file, read as it comes: the file goes on piece by piece, never whole
in memory, and the fields may stand before or behind it.

In: the request's body. Out: the fields, and the file's pieces to whoever takes them. Raises `ProtocolError`
`bad_form`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from streaming.errors import ProtocolError

FIELD_BYTES: Final = 64 * 1024
"""Of all fields and heads of parts together."""
PARTS: Final = 200


@dataclass(slots=True)
class _Part:
    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    file: bool = False
    data: bytearray = field(default_factory=bytearray)


class Form:
    """Reads one form. `filename` is known once the file was met."""

    def __init__(self, content_type: str, file: str = "file") -> None:
        """`file` names the part that is one."""
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise bad_form("its type must be multipart/form-data with a boundary")
        self.fields: dict[str, list[str]] = {}
        self.filename: str | None = None
        self._file = file
        self._part = _Part()
        self._header = (bytearray(), bytearray())
        self._parts = 0
        self._small = 0
        # bounded: by what one piece of the body brings, it is given away before the next one.
        self._pieces: list[bytes] = []
        self._ended = False
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._end,
                "on_end": self._over,
            },
        )

    async def read(self, body: AsyncIterator[bytes], take: Callable[[bytes], Awaitable[None]]) -> None:
        """Read to the end. Raises `ProtocolError` `bad_form`, and what `take` raises."""
        async for chunk in body:
            try:
                self._parser.write(chunk)
            except MultipartParseError:
                raise bad_form("it cannot be parsed") from None
            pieces, self._pieces = self._pieces, []
            for piece in pieces:
                await take(piece)
        if not self._ended:
            raise bad_form("it ends too early")
        if self.filename is None:
            raise bad_form(f"it has no part `{self._file}` with a file name")

    def _begin(self) -> None:
        self._part = _Part()
        self._parts += 1
        if self._parts > PARTS:
            raise bad_form(f"it has more than {PARTS} parts")

    def _count(self, size: int) -> None:
        self._small += size
        if self._small > FIELD_BYTES:
            raise bad_form(f"its fields have more than {FIELD_BYTES} bytes")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._header[1].extend(data[start:end])

    def _header_end(self) -> None:
        name, value = self._header
        self._part.headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._part.headers.get(b"content-disposition", b""))
        self._part.name = options.get(b"name", b"").decode(errors="replace")
        if self._part.name == self._file and b"filename" in options:
            if self.filename is not None:
                raise bad_form(f"it has two parts `{self._file}`")
            self._part.file = True
            self.filename = options[b"filename"].decode(errors="replace")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.file:
            self._pieces.append(data[start:end])
        else:
            self._count(end - start)
            self._part.data.extend(data[start:end])

    def _end(self) -> None:
        if not self._part.file:
            text = self._part.data.decode(errors="replace")
            self.fields.setdefault(self._part.name, []).append(text)

    def _over(self) -> None:
        self._ended = True


def bad_form(why: str) -> ProtocolError:
    """The error for a body that is no such form."""
    return ProtocolError("bad_form", f"The body is not a form with a file: {why}.")
