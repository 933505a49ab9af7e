"""What the process of an ingest tells the server, as bytes on a pipe. Pure.

A record is a letter, a length and a body; sound is 16 kHz mono in float32, all else JSON. The process that
writes them deals with hostile bytes, so whoever reads believes no length beyond `LONGEST`.
"""

import json
import struct
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np

from asr.types import Waveform

HEAD: Final = struct.Struct("<cI")
LONGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Began:
    """The first sound of a connection comes. `at` is its time stamp in seconds; with `continuous` the time
    stamps of a broadcast are the same over all connections to it."""

    at: float | None = None
    continuous: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples that follow."""

    samples: Waveform


@dataclass(frozen=True, slots=True)
class Missing:
    """So many seconds that follow never came."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Counted:
    """Bytes that have come over the network since the connection began."""

    bytes: int


@dataclass(frozen=True, slots=True)
class Over:
    """The last record: the source has `ended` its stream, was `lost` and may be tried again, is `unfit` to be
    heard, or is `refused` for good. `sentence` says why."""

    how: Literal["ended", "lost", "unfit", "refused"]
    code: str = ""
    sentence: str = ""


Record = Began | Sound | Missing | Counted | Over
_JSON: Final[dict[bytes, type[Began | Missing | Counted | Over]]] = {
    b"B": Began,
    b"M": Missing,
    b"C": Counted,
    b"O": Over,
}
_LETTERS: Final = {kind: letter for letter, kind in _JSON.items()}


def written(record: Record) -> bytes:
    """The record as bytes."""
    if isinstance(record, Sound):
        letter, body = b"S", record.samples.astype("<f4").tobytes()
    else:
        letter, body = _LETTERS[type(record)], json.dumps(asdict(record)).encode()
    return HEAD.pack(letter, len(body)) + body


def length(head: bytes) -> int:
    """Bytes of the body after a head. Raises `ValueError` for one that is too long."""
    size = int(HEAD.unpack(head)[1])
    if size > LONGEST:
        raise ValueError(f"a record of {size} bytes")
    return size


def read(head: bytes, body: bytes) -> Record:
    """The record. Raises `ValueError` for bytes that are none."""
    letter: bytes = HEAD.unpack(head)[0]
    if letter == b"S":
        return Sound(np.frombuffer(body, "<f4").astype(np.float32))
    try:
        given: dict[str, Any] = json.loads(body)
        return _JSON[letter](**given)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no record: {type(error).__name__}") from None
