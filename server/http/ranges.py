"""Which bytes a call asks for (RFC 9110, section 14). Pure.

In: the header `Range` and the size of what there is. Out: the first byte and the one past the last. Of
several ranges none is taken, which the RFC allows: the whole is given then, as for a range that is none.
"""

import re
from typing import Final

_RANGE: Final = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE)


class UnsatisfiableError(ValueError):
    """The range begins behind the end, or has no bytes."""


def asked(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes [begin, end) of one range, None for the whole. Raises `UnsatisfiableError`."""
    found = _RANGE.fullmatch(header.strip()) if header is not None else None
    if found is None or found.group(1) == found.group(2) == "":
        return None
    first, last = found.groups()
    if first == "":
        begin, end = max(0, size - int(last)), size
    elif last != "" and int(last) < int(first):
        return None
    else:
        begin, end = int(first), min(size, int(last) + 1) if last else size
    if begin >= end:
        raise UnsatisfiableError
    return begin, end
