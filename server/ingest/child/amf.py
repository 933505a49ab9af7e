"""AMF0 (Action Message Format 0): the values in which RTMP writes its commands. Pure.

Bytes from anybody go in; Python values come out, or `ValueError`. Objects are dicts, null and undefined None.
Only what commands of publishers hold is read; what a reader of a stream would need more is not.
"""

import struct
from collections.abc import Callable
from typing import Any, Final

DEEPEST: Final = 8
_END: Final = b"\x00\x00\x09"


def read(data: bytes) -> list[Any]:
    """All values in a message. Raises `ValueError`."""
    values, at = [], 0
    while at < len(data):
        value, at = _value(data, at, 0)
        values.append(value)
    return values


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise ValueError("values are nested too deep")
    reading = _KINDS.get(data[at]) if at < len(data) else None
    if reading is None:
        raise ValueError("a value of a kind that is not read")
    try:
        return reading(data, at + 1, depth)
    except (struct.error, IndexError):
        raise ValueError("the message ends within a value") from None


def _number(data: bytes, at: int, _: int) -> tuple[float, int]:
    return struct.unpack_from(">d", data, at)[0], at + 8


def _date(data: bytes, at: int, _: int) -> tuple[float, int]:
    return struct.unpack_from(">d", data, at)[0], at + 10


def _boolean(data: bytes, at: int, _: int) -> tuple[bool, int]:
    return bool(data[at]), at + 1


def _nothing(_: bytes, at: int, __: int) -> tuple[None, int]:
    return None, at


def _short(data: bytes, at: int, _: int) -> tuple[str, int]:
    return _text(data, at, ">H")


def _long(data: bytes, at: int, _: int) -> tuple[str, int]:
    return _text(data, at, ">I")


def _counted(data: bytes, at: int, depth: int) -> tuple[dict[str, Any], int]:
    return _members(data, at + 4, depth)


def _text(data: bytes, at: int, length: str) -> tuple[str, int]:
    (size,) = struct.unpack_from(length, data, at)
    begin = at + struct.calcsize(length)
    if begin + size > len(data):
        raise ValueError("the message ends within a text")
    return data[begin : begin + size].decode("utf-8", "replace"), begin + size


def _members(data: bytes, at: int, depth: int) -> tuple[dict[str, Any], int]:
    members: dict[str, Any] = {}
    while data[at : at + 3] != _END:
        name, at = _text(data, at, ">H")
        members[name], at = _value(data, at, depth + 1)
    return members, at + 3


def _items(data: bytes, at: int, depth: int) -> tuple[list[Any], int]:
    (count,) = struct.unpack_from(">I", data, at)
    at += 4
    if count > len(data):
        raise ValueError("the message is shorter than its array")
    items = []
    for _ in range(count):
        item, at = _value(data, at, depth + 1)
        items.append(item)
    return items, at


_KINDS: Final[dict[int, Callable[[bytes, int, int], tuple[Any, int]]]] = {
    0x00: _number,
    0x01: _boolean,
    0x02: _short,
    0x03: _members,
    0x05: _nothing,
    0x06: _nothing,
    0x08: _counted,
    0x0A: _items,
    0x0B: _date,
    0x0C: _long,
}


def write(*values: Any) -> bytes:
    """The values as AMF0: numbers, texts, None and dicts of these."""
    return b"".join(map(_written, values))


def _written(value: Any) -> bytes:
    if value is None:
        return b"\x05"
    if isinstance(value, int | float):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"\x02" + _name(value)
    return b"\x03" + b"".join(_name(name) + _written(part) for name, part in value.items()) + _END


def _name(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded
