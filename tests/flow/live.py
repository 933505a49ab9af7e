"""One session that runs on the virtual clock: a real driver and session between scripted parts.

In: audio as it would be spoken, in real time. Out: what the sink heard. The block's end stops the stream and
waits until all of it is done.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from asr.types import SAMPLE_RATE, Recognizer, Waveform
from streaming.commands import AudioFormat, Encoding, Start
from streaming.driver import Driver
from streaming.session import Session
from tests.fakes.recognizer import ScriptedRecognizer
from tests.fakes.sink import ScriptedSink
from tests.fakes.vad import EnergyVad
from tests.support.speech import say, silence
from tests.support.virtual_time import settle

FRAME = SAMPLE_RATE // 10
PAUSE = silence(1.0)


def utterances(*texts: str) -> Iterator[Waveform]:
    """Each text and a pause after it."""
    for text in texts:
        yield say(text)
        yield PAUSE


class Live:
    """A running session."""

    def __init__(self, recognizer: Recognizer, sink: ScriptedSink, **start: Any) -> None:
        self.session = Session("s", Start(AudioFormat(Encoding.PCM_S16LE), **start), EnergyVad)
        self.sink = sink
        self.driver = Driver(self.session, recognizer, sink, asyncio.get_running_loop().time)

    async def speak(self, tracks: npt.NDArray[np.float32]) -> None:
        """Feed tracks at the speed of speech, a tenth of a second at a time."""
        for begin in range(0, tracks.shape[1], FRAME):
            await self.driver.feed(tracks[:, begin : begin + FRAME])
            await asyncio.sleep(0.1)

    async def send(self, tracks: npt.NDArray[np.float32]) -> None:
        """Feed tracks as fast as they are taken."""
        await self.driver.feed(tracks)
        await settle()

    @property
    def now(self) -> float:
        """Virtual seconds."""
        return asyncio.get_running_loop().time()


@asynccontextmanager
async def live(
    recognizer: Recognizer | None = None, sink: ScriptedSink | None = None, **start: Any
) -> AsyncIterator[Live]:
    """A session that is stopped at the end of the block, and must then be complete."""
    one = Live(recognizer or ScriptedRecognizer(), sink or ScriptedSink(), **start)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(one.driver.run())
        yield one
        one.driver.stop()
        await running
    assert one.session.complete
