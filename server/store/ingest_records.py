"""What the store takes and gives of ingests. Plain data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

IngestState = Literal["connecting", "live", "waiting", "ended", "failed"]
Listen = Literal["rtmp", "rtsp", "http"]
OPEN: Final = ("connecting", "live", "waiting")
"""States in which somebody must look after it."""


@dataclass(frozen=True, slots=True)
class NewIngest:
    """A stream that is fetched from `url`, or taken at `port` from whoever shows `secret`, if it is one to
    `listen` for; `session_id` hears it, and `token` resumes that."""

    id: str
    meeting_id: str
    key_id: str | None
    session_id: str
    token: str
    url: str | None = None
    listen: Listen | None = None
    secret: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `bytes` and `seconds` of sound came, over `connections` that were made; `began` is the
    time of day (Unix, in seconds) at which the session's clock stands at 0, `origin` what to add to the time
    stamps of the broadcast for that clock, where they outlast a connection."""

    state: IngestState = "connecting"
    code: str | None = None
    sentence: str | None = None
    bytes: int = 0
    seconds: float = 0.0
    reconnects: int = 0
    began: float | None = None
    origin: float | None = None


@dataclass(frozen=True, slots=True)
class Ingest:
    """A stored one. `seq` is the session's last number, `key_expires_at` when the key's time is over by which
    it was begun."""

    new: NewIngest
    progress: Progress
    workspace: str
    stopping: bool
    created_at: datetime
    updated_at: datetime
    seq: int = 0
    key_expires_at: datetime | None = None
