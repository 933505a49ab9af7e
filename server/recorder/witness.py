"""What a bot sees of a meeting beside what it hears, as far as it was asked to keep it.

In: the page, before it is opened, and what its scripts send. Out: pictures, into an album. Any script of the
page can send pictures: of what is none nothing is kept, and all of it is bounded.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

from server.recorder.album import Album
from server.recorder.glance import Glance, Shot, read
from server.recorder.sending import Capture
from server.recorder.slides import MOST_TRACKS, Slides
from server.store.picture_records import MOST, NewPicture

SCRIPT: Final = Path(__file__).parent / "page" / "slides.js"
BINDING: Final = "stenoSlide"
MEDIA_TYPE: Final = "image/jpeg"


class Witness:
    """Of one visit. `clock` gives seconds that never go back. `album.run` must be running until it is
    closed."""

    def __init__(self, capture: Capture, album: Album, clock: Callable[[], float]) -> None:
        self.album = album
        self._capture = capture
        self._clock = clock
        self._slides = Slides()
        self._awaited: dict[str, float] = {}  # bounded: by `MOST_TRACKS`
        self._count = 0

    async def prepare(self, page: Page) -> None:
        """To be called before the page is opened. Raises Playwright's `Error`."""
        if self._capture.slides:
            await page.context.expose_binding(BINDING, lambda _, message: self.take(message))
            await page.context.add_init_script(path=SCRIPT)

    def close(self) -> None:
        """Nothing more is seen."""
        self.album.close()

    def take(self, message: Any) -> bool:
        """Take a call of the binding; whether the picture is to follow."""
        match read(message):
            case Glance() as glance:
                return self._wanted(glance)
            case Shot() as shot if shot.key in self._awaited:
                self._keep(shot, self._awaited.pop(shot.key))
        return False

    def _wanted(self, glance: Glance) -> bool:
        since = self._slides.wanted(glance, self._clock())
        if since is None:
            return False
        if self._count >= MOST["slide"]:
            self.album.miss()
            return False
        if len(self._awaited) >= MOST_TRACKS or glance.key in self._awaited:
            # It was asked for and did not come.
            self._awaited.pop(glance.key if glance.key in self._awaited else next(iter(self._awaited)))
            self.album.miss()
        self._count += 1
        self._awaited[glance.key] = since
        return True

    def _keep(self, shot: Shot, at: float) -> None:
        if not shot.raw:
            self.album.miss()
            return
        digest = hashlib.sha256(shot.raw).hexdigest()
        self.album.put(NewPicture("slide", MEDIA_TYPE, shot.raw, digest, shot.width, shot.height), at)
