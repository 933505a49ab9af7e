"""What the store takes and gives of uploads. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

UploadState = Literal["receiving", "waiting", "hearing", "done", "cancelled", "failed"]
OPEN: Final = ("receiving", "waiting", "hearing")
"""States in which there is a file, or will be."""


@dataclass(frozen=True, slots=True)
class NewUpload:
    """A file of `size` bytes that is sent to the folder named `folder`; `options` as `start_as_json` has
    them, `key_id` the key by which it is sent, if any."""

    id: str
    meeting_id: str
    folder: str
    size: int
    options: Mapping[str, Any]
    key_id: str | None


@dataclass(frozen=True, slots=True)
class Upload(NewUpload):
    """A stored upload. `number` names it to its job; `seconds` is the recording's length by its own account,
    `position` the samples (16 kHz) that are heard and stored, `seq` the session's last number; `code` and
    `sentence` say why it failed."""

    number: int
    workspace: str
    state: UploadState
    created_at: datetime
    updated_at: datetime
    seconds: float | None = None
    session_id: str | None = None
    token: str | None = None
    code: str | None = None
    sentence: str | None = None
    position: int = 0
    seq: int = 0
