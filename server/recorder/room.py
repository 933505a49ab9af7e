"""The ears of one visit to a meeting: one for each track that comes in, named and kept apart.

In: what the capture script sends, and what the adapter sees. Out: sessions, by the ears. Most of what is sent
may be nonsense, since any script of the page can send it: what cannot be read is dropped, and of tracks there
are `MOST_TRACKS` at the most.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import structlog

from server.live.sink import Who
from server.recorder.adapter import MOST_TRACKS, Sight
from server.recorder.chunk import Chunk, Over, read
from server.recorder.course import Sound
from server.recorder.ear import Ear, Heard
from server.recorder.marks import Marks
from server.recorder.names import Names
from streaming.commands import Start

MIXED: Final = "mixed"
"""The label of a track on which everybody is heard."""

log = structlog.get_logger(__name__)


class Room:
    """`take` and `see` what comes; `close` it in the end. The ears run in `tasks`."""

    def __init__(self, heard: Heard, start: Start, tasks: asyncio.TaskGroup) -> None:
        self._heard = heard
        self._start = start
        self._tasks = tasks
        self._names = Names()
        self._marks = Marks()
        self._ears: dict[str, Ear] = {}  # bounded: by `MOST_TRACKS`
        self._named: dict[str, asyncio.Event] = {}  # bounded: as the ears
        self._loud = False
        self._open = True
        self.mixed = False
        """Whether a track has everybody on it; to be said before the first one comes."""

    def take(self, message: Any) -> None:
        """Take a call of the page's binding."""
        match read(message):
            case Chunk() as chunk if (ear := self._ear(chunk.key)) is not None:
                self._loud = self._loud or chunk.loud
                ear.put(chunk)
            case Over(key) if key in self._ears:
                self._ears[key].end()

    @property
    def named(self) -> list[str]:
        """Tracks for which no guess is asked."""
        return self._names.named

    def see(self, sight: Sight, guesses: Mapping[str, str]) -> None:
        """Take who is there, and who is on which track."""
        for key in self._names.see(sight, guesses):
            if key in self._ears:
                self._ears[key].cut()
        for key, named in self._named.items():
            if self._names.known(key) or self.mixed:
                named.set()
        speaking = tuple(one.name for one in sight.participants or () if one.speaking and one.name)
        self._marks.see(self._heard.wall(), speaking)

    def sound(self) -> Sound:
        """What was heard since this was asked last."""
        loud, self._loud = self._loud, False
        return Sound(loud, sum(ear.alive for ear in self._ears.values()))

    def close(self) -> None:
        """Nothing more comes; the ears bring what they have to its end."""
        self._open = False
        for ear in self._ears.values():
            ear.end()

    def _ear(self, key: str) -> Ear | None:
        found = self._ears.get(key)
        if found is None and self._open and len(self._ears) < MOST_TRACKS:
            named = self._named[key] = asyncio.Event()
            who = self._who if self.mixed else None
            found = self._ears[key] = Ear(self._heard, key, lambda: self._begin(key), named, who)
            self._tasks.create_task(self._run(found))
        return found

    async def _run(self, ear: Ear) -> None:
        """A fault of one track is none of the others'."""
        try:
            await ear.run()
        except Exception:
            log.exception("track_failed")
        finally:
            del self._ears[ear.key]
            del self._named[ear.key]
            self._names.forget(ear.key)

    def _begin(self, key: str) -> Start:
        """What to open a session with."""
        if self.mixed:
            return replace(self._start, track=MIXED)
        return replace(self._start, speaker=self._names.name(key, set(self._ears)))

    def _who(self, began: float) -> Who:
        return lambda start, end: self._marks.who(began + start, began + end)
