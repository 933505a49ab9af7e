"""What a session tells its client, whatever the wire. Pure data; times in seconds on the media clock,
positions in samples at 16 kHz."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from streaming.errors import Close, StenoError
from streaming.segments import Coverage, Segment


@dataclass(frozen=True, slots=True)
class Ready:
    """The session exists; audio is taken from `position` on. Without a token it cannot be resumed."""

    session: str
    meeting: str
    resume_token: str | None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Resumed:
    """The session goes on; audio is to be sent again from `position` on."""

    session: str
    position: int


@dataclass(frozen=True, slots=True)
class GoAway:
    """This process stops: resume in `retry_after` seconds, perhaps at another one."""

    resume_token: str
    retry_after: float


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody began or stopped to speak at `at`."""

    state: Literal["started", "stopped"]
    at: float
    track: str | None = None


@dataclass(frozen=True, slots=True)
class Caption:
    """The words of one segment so far: `segment.text` is settled, `pending` may still change."""

    seq: int
    segment: Segment
    pending: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """All audio before `position` is accounted for and stored; the client may forget it."""

    position: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Audio between two times that is missing from the transcript, and why."""

    start: float
    end: float
    reason: str


@dataclass(frozen=True, slots=True)
class Load:
    """How much of the live service the server can give just now."""

    level: Literal["normal", "rare_partials", "finals_only"]


@dataclass(frozen=True, slots=True)
class Flushed:
    """Every word before `position` is final."""

    id: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes. `coverage` accounts for all that was received."""

    duration: float
    segments: int
    coverage: Coverage = field(default_factory=Coverage)
    report: Literal["pending", "off"] = "off"


@dataclass(frozen=True, slots=True)
class Corrected:
    """What people made of a final that was shown before: `segment.version` tells which of two is newer."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class Renamed:
    """What speakers are called from now on, also where they spoke before: all names, by label."""

    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong; when `fatal`, a close with the code `close` follows. Another try makes sense in
    `retry_after` seconds."""

    code: str
    message: str
    fatal: bool = True
    retry_after: float | None = None
    close: Close = Close.OUR_FAULT

    @classmethod
    def of(cls, error: StenoError) -> "Problem":
        """What the peer is told of an error that ends its stream."""
        return cls(error.code, error.message, retry_after=error.retry_after, close=error.close)


Edited = Corrected | Renamed
"""What people did to a transcript: told to its viewers, and to nobody who streams."""

Event = Ready | Resumed | GoAway | Speech | Caption | Ack | Gap | Load | Flushed | Pong | Ended | Problem
