"""What the store takes and gives of recordings. Plain data; places are samples at 16 kHz of a session."""

from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class NewRecording:
    """A piece of one track that is begun: `channel` counts the session's tracks, `track` is its name; the
    file lies in the folder named `folder`."""

    id: str
    meeting_id: str
    session_id: str
    channel: int
    track: str | None
    begin: int
    folder: str | None


@dataclass(frozen=True, slots=True)
class Recording(NewRecording):
    """A stored piece. `end` and `size` (bytes) are None while it is written; without `folder` it lies in the
    bucket. Of its session: the `offset` on the meeting's clock, the `duration`, and who speaks."""

    _: KW_ONLY
    end: int | None = None
    size: int | None = None
    offset: float = 0.0
    duration: float = 0.0
    live: bool = False
    speaker: str | None = None
