"""What `page/slides.js` sends of a shared screen, taken apart. Pure, and nothing of it on trust: the binding
is there for any script of the page.

In: what the binding was called with. Out: a `Glance`, the picture as a few grey cells; a `Shot`, the picture
itself; or None for anything else.
"""

import base64
import binascii
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from server.recorder import jpeg
from server.store.picture_records import LARGEST

COLUMNS: Final = 32
ROWS: Final = 18
CELLS: Final = COLUMNS * ROWS
LONGEST_KEY: Final = 40
WIDEST: Final = 1_280
HIGHEST: Final = 2_560
"""Pixels of a picture: a telephone that is held upright is twice as high as it is wide."""

Grey = npt.NDArray[np.uint8]
"""Brightness, shape (CELLS,)."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A track's picture at a time (seconds of the browser's wall clock): in `smooth` each cell is the mean of
    its part, in `sharp` one of its pixels."""

    key: str
    at: float
    smooth: Grey
    sharp: Grey


@dataclass(frozen=True, slots=True)
class Shot:
    """A track's picture as JPEG, with its size in pixels; no bytes where it could not be made small enough,
    or is none."""

    key: str
    raw: bytes
    width: int = 0
    height: int = 0


def read(message: Any) -> Glance | Shot | None:
    """What a call of the binding says."""
    if not isinstance(message, dict):
        return None
    key = message.get("key")
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        return None
    if "jpeg" in message:
        return _shot(key, message["jpeg"])
    at = message.get("at")
    if not isinstance(at, int | float) or not math.isfinite(at):
        return None
    smooth, sharp = _grey(message.get("smooth")), _grey(message.get("sharp"))
    return None if smooth is None or sharp is None else Glance(key, at / 1000, smooth, sharp)


def _shot(key: str, data: Any) -> Shot:
    raw = _bytes(data, LARGEST["slide"])
    found = jpeg.size(raw) if raw else None
    if raw is None or found is None or found[0] > WIDEST or found[1] > HIGHEST:
        return Shot(key, b"")
    return Shot(key, raw, *found)


def _grey(data: Any) -> Grey | None:
    raw = _bytes(data, CELLS)
    return np.frombuffer(raw, np.uint8) if raw is not None and len(raw) == CELLS else None


def _bytes(data: Any, most: int) -> bytes | None:
    """Of base64, so many at the most; its length is looked at before it is decoded."""
    if not isinstance(data, str) or len(data) > (most + 2) // 3 * 4:
        return None
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) <= most else None
