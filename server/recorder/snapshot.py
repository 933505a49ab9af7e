"""What a page shows just now: its text in reading order, its chat, its images, of all its frames.

In: a page that is open, in the midst of a meeting or not. Out: a `Snapshot`. The page is read and not
touched; images are taken from what the browser has loaded, so that no request is made and none is counted
twice. It is bounded in text, images, bytes and time: any page may be hostile.
"""

import asyncio
import base64
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from playwright.async_api import BrowserContext, CDPSession, Error, Frame, Page

from server.recorder.images import LARGEST, LONGEST_SOURCE, MOST, Shelf, of_data_url

SCRIPT: Final = Path(__file__).parent / "page" / "snapshot.js"
SECONDS: Final = 60.0
"""For all of it."""
FRAME_SECONDS: Final = 15.0
CLOSE_SECONDS: Final = 1.0
MOST_FRAMES: Final = 30
LONGEST_TEXT: Final = 2_000_000
LONGEST_TITLE: Final = 300
BOUNDS: Final = {
    "text": LONGEST_TEXT,
    "images": MOST * 2,
    "nodes": 400_000,
    "depth": 1_000,
    "address": LONGEST_SOURCE,
    "alt": 300,
    "data": LARGEST * 4 // 3 + 1_000,
    # Of all images that exist in memory alone: eight screens of 4K.
    "pixels": 8 * 3_840 * 2_160,
    "smallest": 100,
}


@dataclass(slots=True)
class Snapshot:
    """`text` is one paragraph a line; `chat` holds one text for each pane of messages. `whole`: no bound was
    met."""

    url: str
    title: str
    language: str
    taken_at: datetime
    text: str = ""
    chat: list[str] = field(default_factory=list)
    shelf: Shelf = field(default_factory=Shelf)
    whole: bool = True


async def taken(page: Page, now: datetime, seconds: float = SECONDS) -> Snapshot:
    """What the page shows, as far as it says it within so many seconds. Raises Playwright's `Error` if it is
    no more; a frame that does not answer is left out."""
    shot = Snapshot(page.url, "", "", now)
    script = await asyncio.to_thread(SCRIPT.read_text, "utf-8")
    try:
        async with asyncio.timeout(seconds):
            found = [one for frame in page.frames[:MOST_FRAMES] if (one := await _frame(frame, script, shot))]
            await _shelve(page, found, shot)
    except TimeoutError:
        shot.whole = False
    shot.whole = shot.whole and len(page.frames) <= MOST_FRAMES
    return shot


async def _frame(frame: Frame, script: str, shot: Snapshot) -> list[dict[str, Any]]:
    """The images of a frame; its text is added."""
    try:
        async with asyncio.timeout(FRAME_SECONDS):
            told = await frame.evaluate(script, BOUNDS)
    except (Error, TimeoutError):
        if frame.page.is_closed():
            raise
        shot.whole = False
        return []
    if not isinstance(told, dict):
        return []
    if frame.parent_frame is None:
        shot.title = str(told.get("title", ""))[:LONGEST_TITLE]
    text = lines(str(told.get("text", "")))
    shot.whole = shot.whole and not told.get("more") and len(shot.text) + len(text) <= LONGEST_TEXT
    shot.text = f"{shot.text}\n\n{text}".strip()[:LONGEST_TEXT]
    shot.language = shot.language or str(told.get("language", ""))[:35]
    chats = told.get("chat")
    for one in chats if isinstance(chats, list) else []:
        if chat := lines(str(one)):
            shot.chat.append(chat)
    images = told.get("images")
    return [one for one in images if isinstance(one, dict)] if isinstance(images, list) else []


def lines(text: str) -> str:
    """Without the space that only laid the page out: one line a paragraph, no two empty ones in a row."""
    tidy: list[str] = []
    for line in text.split("\n"):
        kept = " ".join(
            part for part in "".join(one if one.isprintable() else " " for one in line).split(" ") if part
        )
        if kept or (tidy and tidy[-1]):
            tidy.append(kept)
    return "\n".join(tidy).strip()


async def _shelve(page: Page, frames: list[list[dict[str, Any]]], shot: Snapshot) -> None:
    loaded = Loaded()
    try:
        await loaded.find(page)
        await _fill(shot, [one for frame in frames for one in frame], loaded)
    finally:
        await loaded.close()


async def _fill(shot: Snapshot, images: list[dict[str, Any]], loaded: "Loaded") -> None:
    for image in images:
        source, data = str(image.get("source", "")), image.get("data")
        raw = of_data_url(data) if isinstance(data, str) else await loaded.raw(source)
        size = (_number(image.get("width")), _number(image.get("height")))
        if raw is None:
            shot.shelf.leave_out(source, "the browser does not have it")
        else:
            shot.shelf.put(raw, source, " ".join(str(image.get("alt", "")).split()), size)


def _number(given: Any) -> int:
    return given if isinstance(given, int) and 0 <= given < 100_000 else 0


class Loaded:
    """The images that the browser has loaded, by their address."""

    def __init__(self) -> None:
        self._where: dict[str, tuple[CDPSession, str]] = {}  # bounded: by what a page has loaded
        self._had: dict[str, bytes | None] = {}  # bounded: by the images of a snapshot
        self._sessions: list[CDPSession] = []  # bounded: by `MOST_FRAMES`

    async def find(self, page: Page) -> None:
        """Look through all frames, also those that have a process of their own."""
        await self._look(page.context, page)
        for frame in page.frames[1:MOST_FRAMES]:
            with suppress(Error):
                await self._look(page.context, frame)

    async def close(self) -> None:
        """Ask nothing more: the page may be looked at again. One that is busy does not hear it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                for session in self._sessions:
                    with suppress(Error):
                        await session.detach()

    async def _look(self, context: BrowserContext, of: Page | Frame) -> None:
        session = await context.new_cdp_session(of)
        self._sessions.append(session)
        await session.send("Page.enable")
        tree = await session.send("Page.getResourceTree")
        waiting = [tree["frameTree"]]
        while waiting:
            branch = waiting.pop()
            for resource in branch["resources"]:
                if resource["type"] == "Image" and resource.get("contentSize", 0) <= LARGEST:
                    self._where.setdefault(resource["url"], (session, branch["frame"]["id"]))
            waiting.extend(branch.get("childFrames", ()))

    async def raw(self, url: str) -> bytes | None:
        """The bytes, None where the browser does not have them (any more)."""
        if url not in self._had:
            self._had[url] = await self._get(url)
        return self._had[url]

    async def _get(self, url: str) -> bytes | None:
        if url not in self._where:
            return None
        session, frame = self._where[url]
        with suppress(Error, ValueError):
            told = await session.send("Page.getResourceContent", {"frameId": frame, "url": url})
            content: str = told["content"]
            return base64.b64decode(content) if told["base64Encoded"] else content.encode()
        return None
