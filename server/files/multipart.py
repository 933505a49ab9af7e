"""The parts of a multipart form (RFC 7578), as they come. What becomes of them is their taker's to say.

In: the bytes of a body, in any pieces. Out: calls on a `Taker`. What a form may hold, and what is said of one
that holds more, is the taker's too; an error that it raises ends the reading.
"""

from typing import Protocol

from python_multipart.multipart import MultipartParser, parse_options_header


class Taker(Protocol):
    """What is told of a form, in order."""

    def begins(self, number: int) -> None:
        """The part of this number begins, the first one being 1."""
        ...

    def head(self, size: int) -> None:
        """So many bytes of a part's head have come."""
        ...

    def named(self, name: bytes, filename: bytes | None) -> None:
        """The head is complete; None where it names no file."""
        ...

    def data(self, piece: bytes) -> None:
        """What follows of the part."""
        ...

    def ends(self) -> None:
        """The part is complete."""
        ...


def boundary_of(content_type: str) -> bytes | None:
    """What stands between the parts; None where the type is none of a multipart form."""
    kind, options = parse_options_header(content_type)
    return options.get(b"boundary") if kind == b"multipart/form-data" else None


class Multipart:
    """Reads one body."""

    def __init__(self, boundary: bytes, taker: Taker) -> None:
        self.complete = False
        """Whether the last boundary has come."""
        self._taker = taker
        self._parts = 0
        self._name, self._value = bytearray(), bytearray()
        self._disposition = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._head(self._name, data[start:end]),
                "on_header_value": lambda data, start, end: self._head(self._value, data[start:end]),
                "on_header_end": self._end_of_header,
                "on_headers_finished": self._end_of_head,
                "on_part_data": lambda data, start, end: self._taker.data(data[start:end]),
                "on_part_end": taker.ends,
                "on_end": self._end,
            },
        )

    def write(self, data: bytes) -> None:
        """Take what follows. Raises python-multipart's `FormParserError`, and what the taker raises."""
        self._parser.write(data)

    def _begin(self) -> None:
        self._parts += 1
        self._disposition = b""
        self._taker.begins(self._parts)

    def _head(self, into: bytearray, data: bytes) -> None:
        self._taker.head(len(data))
        into += data

    def _end_of_header(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _end_of_head(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._taker.named(options.get(b"name", b""), options.get(b"filename"))

    def _end(self) -> None:
        self.complete = True
