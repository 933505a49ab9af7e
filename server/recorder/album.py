"""Stores what a bot sees of a meeting, beside what it hears.

In: slides and snapshots of the page, with when they were seen. Out: rows of the meeting. Nobody who sees
waits for the database: at most `MOST_WAITING` of them do, and what does not fit, comes beyond a bound, or is
stored by no try, is counted as not kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from server.store.picture_records import NewPage, NewPicture
from server.store.postgres_pictures import PostgresPictures
from streaming.errors import NotFound, StoreError

MOST_WAITING: Final = 8
TRIES: Final = 5
AGAIN_SECONDS: Final = 1.0
OLDEST_SECONDS: Final = 60.0
"""A page may give any time for what it shows; further back none is believed."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """The meeting's page as it was, and its images."""

    page: NewPage
    images: tuple[NewPicture, ...]


class Album:
    """Of one bot in one meeting. `wall` gives seconds of the day, as the browser stamps pictures. `run` must
    be running until it is closed."""

    def __init__(
        self, pictures: PostgresPictures, *, meeting: str, bot: str, wall: Callable[[], float]
    ) -> None:
        self._pictures = pictures
        self._meeting = meeting
        self._bot = bot
        self._wall = wall
        # bounded: one more for the end; what is beyond is not kept.
        self._waiting: asyncio.Queue[tuple[NewPicture | Seen, float] | None] = asyncio.Queue(MOST_WAITING + 1)
        self._missed = 0
        self._closed = False

    def put(self, seen: NewPicture | Seen, at: float) -> None:
        """Keep what was seen at a time of `wall`."""
        if self._closed or self._waiting.qsize() >= MOST_WAITING:
            self._missed += 1
        else:
            self._waiting.put_nowait((seen, at))

    def miss(self, count: int = 1) -> None:
        """Pictures were seen that cannot be kept."""
        self._missed += count

    def close(self) -> None:
        """Nothing more comes; what waits is stored yet."""
        if not self._closed:
            self._closed = True
            self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Store until it is closed and nothing waits."""
        while (waiting := await self._waiting.get()) is not None:
            match waiting:
                case Seen() as seen, at:
                    await self._store_page(seen, at)
                case NewPicture() as picture, at:
                    await self._store(picture, at)
            await self._tell()
        await self._tell()

    async def _store_page(self, seen: Seen, at: float) -> None:
        async def keep(ago: float) -> bool:
            await self._pictures.keep_page(self._meeting, seen.page, ago)
            return True

        if await self._stored(keep, at):
            for picture in seen.images:
                await self._store(picture, at)

    async def _store(self, picture: NewPicture, at: float) -> None:
        async def keep(ago: float) -> bool:
            return await self._pictures.add(self._meeting, picture, ago) is not None

        if not await self._stored(keep, at):
            self._missed += 1

    async def _stored(self, keep: Callable[[float], Awaitable[bool]], at: float) -> bool:
        """Whether it is kept, which `keep` does with how long ago it was; False, too, where its meeting is
        gone."""
        for left in reversed(range(TRIES)):
            ago = min(max(0.0, self._wall() - at), OLDEST_SECONDS)
            try:
                return await keep(ago)
            except NotFound:
                return False
            except StoreError as error:
                log.warning("seen_not_stored", code=error.code)
                if left:
                    await asyncio.sleep(AGAIN_SECONDS)
        return False

    async def _tell(self) -> None:
        """Have it on record what is not kept; where that fails, with the next one."""
        if not self._missed:
            return
        count, self._missed = self._missed, 0
        try:
            await self._pictures.missed(self._bot, count)
        except StoreError:
            self._missed += count
        else:
            log.info("pictures_not_kept", bot=self._bot, count=count)
