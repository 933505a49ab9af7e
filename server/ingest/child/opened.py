"""What the network of an ingest hands to its decoder, and what the decoder must be told when it fails.

The network runs on the event loop, FFmpeg on a thread. FFmpeg reads through `LoopBytes`, which waits for the
loop; it opens nothing itself but what stands in `Opened`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from server.ingest.records import Over

PATIENCE: Final = 15.0
"""Seconds that a source may send nothing."""


class Failed(Exception):
    """The network has failed; `over` is what is told of it."""

    def __init__(self, over: Over) -> None:
        super().__init__(over.sentence)
        self.over = over


def lost(sentence: str, code: str = "source_lost") -> Failed:
    """The source is away just now."""
    return Failed(Over("lost", code, sentence))


def refused(sentence: str, code: str = "source_refused") -> Failed:
    """The source is not to be asked again."""
    return Failed(Over("refused", code, sentence))


@dataclass(slots=True)
class Line:
    """What is known of the connection: bytes that came, the first fault, the last `trouble`, which may have
    been got over, and whether it `ended` in good order."""

    bytes: int = 0
    fault: Over | None = None
    trouble: Over | None = None
    ended: bool = False

    def fail(self, failed: Failed) -> None:
        """Note a fault; the first one stands."""
        self.fault = self.fault or failed.over

    def stumble(self, failed: Failed) -> None:
        """Note that a part was not to be had; what is refused is a fault."""
        self.trouble = failed.over
        if failed.over.how == "refused":
            self.fail(failed)

    def over(self) -> Over:
        """What became of it, once nothing more comes."""
        if self.fault is not None:
            return self.fault
        if self.ended:
            return Over("ended")
        return self.trouble or Over("lost", "source_lost", "The source stopped sending.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream for FFmpeg: an object with `read`, or an address on this machine that leads to the source.
    `opens` opens what the stream names further."""

    source: Any
    formats: str
    protocols: str = ""
    format: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    opens: Callable[[str, int, dict[str, str]], Any] | None = None
    continuous: bool = False


class LoopBytes:
    """Bytes that come on the event loop, read by a thread. Reads nothing ahead."""

    def __init__(self, pieces: AsyncIterator[bytes], line: Line) -> None:
        self._pieces = pieces
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._over = False

    def readable(self) -> bool:
        """For PyAV."""
        return True

    def read(self, size: int) -> bytes:
        """The next bytes; b"" at the end, whatever the reason, which stands in the line."""
        while not self._rest and not self._over:
            self._rest = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE):
                piece = await anext(self._pieces, None)
        except TimeoutError:
            self._line.fail(lost(f"The source sent nothing for {PATIENCE:g} seconds."))
            piece = None
        except Failed as failed:
            self._line.fail(failed)
            piece = None
        self._over = piece is None
        return piece or b""
