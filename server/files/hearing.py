"""Hears a recording through an ordinary session: stored, accounted for and shown like live speech, and asked
of the model in the background.

In: a file and what a client would say at the start of a stream. Out: the session's events as they come, or
all of it once it is done. The file is decoded on a thread and fed as fast as its finals come back; whoever
listens no more ends it. The meeting is that of whoever was let in.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from asr.types import SAMPLE_RATE
from server.access.access import Access
from server.groups import alone
from server.live.container import ContainerDecoder
from server.live.session import LiveSession, Seat
from server.live.sessions import Sessions, restarting
from streaming.commands import AudioFormat, Encoding, Resume, Start
from streaming.errors import Close, Overloaded, ProtocolError, StenoError
from streaming.events import Caption, Ended, Event
from streaming.pcm import Frames
from streaming.segments import Segment

AT_ONCE: Final = 8
"""Files heard at once in a process; one more is refused."""
LONGEST_SECONDS: Final = 12 * 3600.0
NOTHING: Final = np.zeros((1, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole file: its finals in their order, on the clock of the file, the languages in them, the one with
    most words first, and what became of every sample."""

    meeting: str
    session: str
    segments: tuple[Segment, ...]
    languages: tuple[str, ...]
    ended: Ended


class Hearing:
    """A file that is being heard. Iterating gives the events of its session, `Ended` last, once."""

    def __init__(self, live: LiveSession) -> None:
        self._live = live
        self.meeting = live.meeting
        self.session = live.id

    def stop(self) -> None:
        """Hear no more of it; what was heard so far comes to its end."""
        self._live.stop()

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Raises `ProtocolError` for a file that is broken behind its beginning, whose text so far is kept,
        `Overloaded` `restarting` when this process stops before the end, `StenoError`."""
        ended = None
        while (event := await self._live.sink.next()) is not None:
            ended = event if isinstance(event, Ended) else None
            if ended is None:
                yield event
        if self._live.problem is not None:
            raise self._live.problem
        if ended is None:
            raise restarting()
        yield ended

    async def whole(self) -> Heard:
        """All of it, once it is done. Raises what iterating raises."""
        segments: list[Segment] = []
        ended = Ended(0.0, 0)
        async for event in self:
            match event:
                case Caption(segment=segment, final=True) if segment.text:
                    segments.append(segment)
                case Ended():
                    ended = event
        return Heard(self.meeting, self.session, tuple(segments), languages(segments), ended)


@dataclass(frozen=True, slots=True)
class Kept:
    """A session that goes on when its process was lost: `resume` is the one that was begun before, `opened`
    is told its id and its token, to be stored before anything is heard."""

    resume: Resume | None
    opened: Callable[[str, str], Awaitable[None]]


class Files:
    """Hears files in the sessions of this process."""

    def __init__(self, sessions: Sessions, at_once: int = AT_ONCE) -> None:
        self._sessions = sessions
        self._at_once = at_once
        self._heard = 0

    @asynccontextmanager
    async def hearing(
        self, file: Path, start: Start, access: Access, kept: Kept | None = None
    ) -> AsyncIterator[Hearing]:
        """Begin to hear a file; the end of the block ends the session, wherever it is.

        Of `start` the format is ignored, and no drafts are made. A session that is `kept` survives the
        cancellation of the block and the end of this process, and is gone on with. Raises `ProtocolError` for
        a file that cannot be read, before anything is stored of it, `Overloaded`, `StoreError`.
        """
        with self._place():
            async with ContainerDecoder(start.multichannel, file) as decoder:
                pieces = aiter(decoder)
                first = await anext(pieces, NOTHING)
                live = await self._open(as_background(start, len(first)), access, kept)
                seat = await live.attach()
                left = False
                try:
                    with alone():
                        async with asyncio.TaskGroup() as tasks:
                            feeding = tasks.create_task(_feed(live, seat, _chained(first, pieces)))
                            leaving = tasks.create_task(_until_left(seat, feeding))
                            yield Hearing(live)
                            leaving.cancel()
                            feeding.cancel()
                except asyncio.CancelledError:
                    left = kept is not None
                    raise
                finally:
                    if not left:
                        live.stop()
                    live.detach(seat)

    async def _open(self, start: Start, access: Access, kept: Kept | None) -> LiveSession:
        if kept is None:
            return await self._sessions.open(start, access)
        if kept.resume is None:
            live = await self._sessions.open(start, access)
        else:
            live = await self._sessions.resume(kept.resume, access, background=True)
        await kept.opened(live.id, live.token or "")
        live.lasting = True
        return live

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._heard >= self._at_once:
            raise Overloaded(
                f"This server hears {self._at_once} files at once, and does so.", 30.0, "too_many_files"
            )
        self._heard += 1
        try:
            yield
        finally:
            self._heard -= 1


def as_background(start: Start, tracks: int) -> Start:
    """The same stream as it is fed to the session: decoded, in the background, without drafts."""
    audio = AudioFormat(Encoding.PCM_F32LE, SAMPLE_RATE, tracks)
    return replace(start, audio=audio, interim=False, background=True)


def languages(segments: list[Segment]) -> tuple[str, ...]:
    """The languages spoken, by the number of their words."""
    words: dict[str, int] = {}
    for segment in segments:
        words[segment.language] = words.get(segment.language, 0) + len(segment.text.split())
    return tuple(sorted(words, key=lambda language: -words[language]))


async def _chained(first: Frames, rest: AsyncIterator[Frames]) -> AsyncIterator[Frames]:
    yield first
    async for tracks in rest:
        yield tracks


async def _feed(live: LiveSession, seat: Seat, pieces: AsyncIterator[Frames]) -> None:
    """Feed all that the session does not have yet, and stop."""
    at, begun = 0, live.session.position
    try:
        async for tracks in pieces:
            await live.driver.feed(tracks[:, max(0, begun - at) :])
            at += tracks.shape[1]
            _check_length(at)
        live.stop()
    except StenoError as error:
        live.fail(error)
    finally:
        seat.left.set()


async def _until_left(seat: Seat, feeding: asyncio.Task[None]) -> None:
    """Feed no more once the session ends for another reason."""
    await seat.leave.wait()
    feeding.cancel()


def _check_length(position: int) -> None:
    if position > LONGEST_SECONDS * SAMPLE_RATE:
        raise too_long()


def too_long() -> ProtocolError:
    """The error for a recording of more than `LONGEST_SECONDS`."""
    return ProtocolError(
        "file_too_long",
        f"The recording is longer than {LONGEST_SECONDS / 3600:g} hours; send it in parts.",
        Close.NOT_ALLOWED,
        413,
    )
