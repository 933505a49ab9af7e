"""What is given and taken where people change a transcript. Plain data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from streaming.errors import NotFound

MOST_CORRECTIONS: Final = 100
"""Corrections of one segment."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in a meeting: what the stream calls them, the name that people gave, and how much they said
    in finals, in seconds."""

    label: str
    name: str | None = None
    segments: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody wants of a segment that they have seen at `version`: another `text`, or, where that is
    None, what it was at the version `restore`. `by` is the id of a key, or a word for who needs none."""

    version: int
    text: str | None
    restore: int | None
    by: str


@dataclass(frozen=True, slots=True)
class TextVersion:
    """What a segment said at one version; 0 is what was heard. `restored` is the version that it brought
    back, `key` the name of the key that was used."""

    version: int
    text: str
    flags: tuple[str, ...]
    restored: int | None
    made_at: datetime
    made_by: str | None
    key: str | None


def segment_not_found() -> NotFound:
    """The error for a segment that is not there, or not final yet."""
    return NotFound("segment_not_found", "The meeting has no such segment, or it is not final yet.")


def version_not_found() -> NotFound:
    """The error for a version of a segment that there never was."""
    return NotFound("version_not_found", "The segment has no such version.")
