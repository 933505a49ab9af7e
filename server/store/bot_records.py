"""What the store takes and gives of recorder bots. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.recorder.states import BotState


@dataclass(frozen=True, slots=True)
class NewBot:
    """A bot to send to `meeting_url`, whose one way of writing is `place`, under a name, at a time (None:
    now). `leave_when`: numbers by their names in `server.recorder.course.LeaveWhen`. `capture`:
    what it is to keep of what it sees, by name."""

    id: str
    meeting_id: str
    workspace_id: str
    meeting_url: str
    place: str
    name: str
    leave_when: Mapping[str, Any]
    join_at: datetime | None = None
    key_id: str | None = None
    capture: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bot(NewBot):
    """A stored bot. `code` and `sentence` say why it is in its state; `owner` is the process whose browser it
    is, `asked` whether it is to leave, `number` names it to its job; `not_kept` counts pictures that it saw
    and that are not kept."""

    number: int = 0
    state: BotState = "scheduled"
    code: str | None = None
    sentence: str | None = None
    owner: str | None = None
    asked: bool = False
    not_kept: int = 0
    created_at: datetime = datetime.min
    updated_at: datetime = datetime.min


@dataclass(frozen=True, slots=True)
class BotChange:
    """A state of a bot from a time on, or an alarm within it; `at` is None where it is new."""

    at: datetime | None
    state: BotState
    code: str | None
    sentence: str | None


@dataclass(frozen=True, slots=True)
class BotPage:
    """Bots, the newest first, and where the list goes on."""

    bots: tuple[Bot, ...]
    next_cursor: str | None
