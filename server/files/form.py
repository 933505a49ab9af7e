"""A multipart form (RFC 7578) with one file, read as it comes: the file goes on piece by piece, never whole
in memory, and the fields may stand before or behind it.

In: the request's body. Out: the fields, and the file's pieces to whoever takes them. Raises `ProtocolError`
`bad_form`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from python_multipart.exceptions import MultipartParseError

from server.files.multipart import Multipart, boundary_of
from streaming.errors import ProtocolError

FIELD_BYTES: Final = 64 * 1024
"""Of all fields and heads of parts together."""
PARTS: Final = 200


class Form:
    """Reads one form. `filename` is known once the file was met."""

    def __init__(self, content_type: str, file: str = "file") -> None:
        """`file` names the part that is one."""
        boundary = boundary_of(content_type)
        if boundary is None:
            raise bad_form("its type must be multipart/form-data with a boundary")
        self.fields: dict[str, list[str]] = {}
        self.filename: str | None = None
        self._file = file
        self._name = ""
        self._is_file = False
        self._value = bytearray()
        self._small = 0
        # bounded: by what one piece of the body brings, it is given away before the next one.
        self._pieces: list[bytes] = []
        self._body = Multipart(boundary, self)

    async def read(self, body: AsyncIterator[bytes], take: Callable[[bytes], Awaitable[None]]) -> None:
        """Read to the end. Raises `ProtocolError` `bad_form`, and what `take` raises."""
        async for chunk in body:
            try:
                self._body.write(chunk)
            except MultipartParseError:
                raise bad_form("it cannot be parsed") from None
            pieces, self._pieces = self._pieces, []
            for piece in pieces:
                await take(piece)
        if not self._body.complete:
            raise bad_form("it ends too early")
        if self.filename is None:
            raise bad_form(f"it has no part `{self._file}` with a file name")

    # What `Multipart` tells.

    def begins(self, number: int) -> None:
        """A part, of which there may be `PARTS`."""
        if number > PARTS:
            raise bad_form(f"it has more than {PARTS} parts")

    def head(self, size: int) -> None:
        """Heads and fields may have `FIELD_BYTES` together."""
        self._small += size
        if self._small > FIELD_BYTES:
            raise bad_form(f"its fields have more than {FIELD_BYTES} bytes")

    def named(self, name: bytes, filename: bytes | None) -> None:
        """A field, or the file."""
        self._name = name.decode(errors="replace")
        self._is_file = self._name == self._file and filename is not None
        self._value = bytearray()
        if self._is_file and filename is not None:
            if self.filename is not None:
                raise bad_form(f"it has two parts `{self._file}`")
            self.filename = filename.decode(errors="replace")

    def data(self, piece: bytes) -> None:
        """Of the file, to be given away; of a field, to be kept."""
        if self._is_file:
            self._pieces.append(piece)
        else:
            self.head(len(piece))
            self._value += piece

    def ends(self) -> None:
        """A field is whole."""
        if not self._is_file:
            self.fields.setdefault(self._name, []).append(self._value.decode(errors="replace"))


def bad_form(why: str) -> ProtocolError:
    """The error for a body that is no such form."""
    return ProtocolError("bad_form", f"The body is not a form with a file: {why}.")
