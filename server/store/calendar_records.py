"""What the store knows of calendars, as plain records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.calendars.occurrence import Occurrence


@dataclass(frozen=True, slots=True)
class Calendar:
    """A feed whose meetings bots are sent to. `url` is a secret. `number` is the look at it that comes next,
    at `next_at`; `failure_code` and `failure` say why the last one failed, `failures` how many in a row did.
    """

    id: str
    workspace_id: str
    url: str
    name: str
    bot_name: str | None
    template: str | None
    notify: Mapping[str, Any] | None
    filter: Mapping[str, Any]
    number: int
    next_at: datetime
    checked_at: datetime | None
    read_at: datetime | None
    etag: str | None
    last_modified: str | None
    skipped: int
    failures: int
    failure_code: str | None
    failure: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a feed has found. `meetings`: all of its window, None where nothing new was read;
    `etag` and `last_modified` of what was read; `failure`: a code and a sentence, where there is no feed.
    The next look is in `wait` seconds."""

    wait: float
    meetings: Sequence[Occurrence] | None = None
    etag: str | None = None
    last_modified: str | None = None
    skipped: int = 0
    failure: tuple[str, str] | None = None
