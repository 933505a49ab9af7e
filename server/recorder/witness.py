"""What a bot sees of a meeting beside what it hears, as far as it was asked to keep it.

In: the page, before it is opened, and what its scripts send. Out: slides and snapshots of the page, into an
album. Any script of the page can send pictures: of what is none nothing is kept, and all of it is bounded.
The page is looked at once it has settled, since its browser may be lost, and when the bot leaves.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog
from playwright.async_api import Error, Page

from server.recorder.adapter import Phase
from server.recorder.album import Album, Seen
from server.recorder.glance import Glance, Shot, read
from server.recorder.images import MEDIA_TYPES, Image
from server.recorder.keeping import whole_text
from server.recorder.sending import Capture
from server.recorder.slides import MOST_TRACKS, Slides
from server.recorder.snapshot import Snapshot, taken
from server.store.picture_records import MOST, NewPage, NewPicture

SCRIPT: Final = Path(__file__).parent / "page" / "slides.js"
BINDING: Final = "stenoSlide"
SETTLED_SECONDS: Final = 60.0
"""After it has joined."""
LOOK_SECONDS: Final = 15.0
"""For a snapshot: it keeps the bot from leaving."""
MOST_SOURCES: Final = 10
LONGEST_TITLE: Final = 300

log = structlog.get_logger(__name__)


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
        self._phase = Phase.JOINING
        self._joined = asyncio.Event()
        self._looked = False
        self._left_out: set[str] = set()  # bounded: by what a snapshot leaves out, for each of two

    async def prepare(self, page: Page) -> None:
        """To be called before the page is opened. Raises Playwright's `Error`."""
        if self._capture.slides:
            await page.context.expose_binding(BINDING, lambda _, message: self.take(message))
            await page.context.add_init_script(path=SCRIPT)

    def see(self, phase: Phase) -> None:
        """Where the bot stands."""
        self._phase = phase
        if phase is Phase.RECORDING:
            self._joined.set()

    async def stay(self, page: Page) -> None:
        """To be running while the bot is in the meeting."""
        await self._joined.wait()
        await asyncio.sleep(SETTLED_SECONDS)
        await self._look(page)

    async def leave(self, page: Page) -> None:
        """To be called before the bot says good-bye. Quick, also where the page does not answer."""
        # What a page shows when its meeting is over is of use only where nothing else was seen.
        over = self._phase is not Phase.RECORDING
        if self._joined.is_set() and not (over and self._looked):
            await self._look(page, last_resort=over)

    async def _look(self, page: Page, *, last_resort: bool = False) -> None:
        if not self._capture.page:
            return
        try:
            async with asyncio.timeout(2 * LOOK_SECONDS):
                shot = await taken(page, datetime.now(UTC), LOOK_SECONDS)
        except (Error, TimeoutError) as error:
            log.info("bot_page_not_kept", error=type(error).__name__)
            return
        except Exception:
            # What the bot hears goes on, whatever a page says of itself.
            log.exception("bot_page_not_kept")
            return
        self._looked = True
        sources = {one.source for one in shot.shelf.left_out} - self._left_out
        self._left_out |= sources
        self.album.miss(len(sources))
        self.album.put(_seen(shot, last_resort=last_resort), shot.taken_at.timestamp())

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
        self.album.put(NewPicture("slide", MEDIA_TYPES["jpg"], shot.raw, digest, shot.width, shot.height), at)


def _seen(shot: Snapshot, *, last_resort: bool) -> Seen:
    page = NewPage(shot.url, shot.title, whole_text(shot), shot.whole, last_resort)
    return Seen(page, tuple(_picture(one) for one in shot.shelf.images.values()))


def _picture(image: Image) -> NewPicture:
    return NewPicture(
        "page",
        MEDIA_TYPES[image.kind],
        image.raw,
        image.digest,
        image.width,
        image.height,
        "; ".join(image.alts)[:LONGEST_TITLE],
        tuple(image.sources[:MOST_SOURCES]),
    )
