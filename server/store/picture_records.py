"""What the store takes and gives of pictures of meetings, and of the text of a meeting's page. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from streaming.errors import NotFound

PictureKind = Literal["slide", "page"]

MOST: Final[Mapping[PictureKind, int]] = {"slide": 200, "page": 300}
"""Pictures of a kind that a meeting has."""
LARGEST: Final[Mapping[PictureKind, int]] = {"slide": 300_000, "page": 10 << 20}
"""Bytes of one."""
ALL: Final[Mapping[PictureKind, int]] = {"slide": 200 * 300_000, "page": 100 << 20}
"""Bytes of all of a meeting."""
LONGEST_TEXT: Final = 2_000_000
"""Characters of a page."""


def picture_not_found() -> NotFound:
    """The error for a picture that is not there."""
    return NotFound("picture_not_found", "The meeting has no picture of this number.")


def page_not_found() -> NotFound:
    """The error for a page whose text was not kept."""
    return NotFound("page_not_found", "No text of a page was kept of the meeting.")


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture as it was taken: what was shown as a `slide`, or an image of the meeting's `page`. `title` is
    what was said of it, `sources` are the addresses at which it stood; `width` and `height` are pixels, 0
    where they are not known."""

    kind: PictureKind
    media_type: str
    data: bytes
    sha256: str
    width: int = 0
    height: int = 0
    title: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture without its bytes. `number` counts those of its meeting from 1, `at` is when it was
    taken or first seen, in seconds on the meeting's clock, `size` bytes."""

    number: int
    kind: PictureKind
    at: float
    media_type: str
    size: int
    sha256: str
    width: int
    height: int
    title: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPage:
    """What the meeting's page showed; `whole` says that no bound was met. With `last_resort` it is kept only
    where there is nothing else."""

    url: str
    title: str
    text: str
    whole: bool = True
    last_resort: bool = False


@dataclass(frozen=True, slots=True)
class StoredPage:
    """What is stored of a page, and when it was read."""

    url: str
    title: str
    text: str
    whole: bool
    taken_at: datetime
