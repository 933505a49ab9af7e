"""A recognizer that reads the audio of `tests.support.speech`. Keeps the contract of `asr.types.Recognizer`.

In: windows. Out: the words that stand in them, after the delay the test scripts, or the failure. Answers
come in the order of their delays, which need not be the order of the requests. One waiting partial of an
utterance is superseded by a newer one, and by its final, exactly as the scheduler does it.
"""

import asyncio
from collections.abc import Callable

from asr.types import DecodeRequest, EngineError, Hypothesis, Kind, Superseded, Word
from tests.support import speech


def transcribe(request: DecodeRequest) -> Hypothesis:
    """What a window says: a pure function of its audio and its forced prefix."""
    heard = speech.hear(request.audio)
    prefix = request.prefix.split()
    texts = [*prefix, *(word.text for word in heard[len(prefix) :])]
    words: tuple[Word, ...] = ()
    if request.kind.whole:
        places = zip(texts, heard, strict=False)
        words = tuple(
            Word(f" {text}", request.start + word.start, request.start + word.end, 0.9)
            for text, word in places
        )
    return Hypothesis(" ".join(texts), request.language or "en", words=words)


class ScriptedRecognizer:
    """`delay` gives the seconds until a request is answered, `fails` says which ones are not."""

    def __init__(
        self,
        delay: Callable[[DecodeRequest], float] = lambda _: 0.0,
        fails: Callable[[DecodeRequest], bool] = lambda _: False,
        read: Callable[[DecodeRequest], Hypothesis] = transcribe,
    ) -> None:
        self.delay = delay
        self.fails = fails
        self.read = read
        self.backlog = 0.0
        """What `wait` answers."""
        self.requests: list[DecodeRequest] = []
        self.cancelled: list[DecodeRequest] = []
        self._waiting: dict[str, asyncio.Future[None]] = {}

    @property
    def finals(self) -> list[DecodeRequest]:
        """The final windows asked for so far."""
        return [request for request in self.requests if request.kind is Kind.FINAL]

    @property
    def partials(self) -> list[DecodeRequest]:
        """The partial windows asked for so far."""
        return [request for request in self.requests if request.kind is Kind.PARTIAL]

    def wait(self) -> float:
        """The scripted backlog."""
        return self.backlog

    async def decode(self, request: DecodeRequest) -> Hypothesis:
        """The words of the window. Raises `Superseded` (partials only) and `EngineError`."""
        self.requests.append(request)
        self._supersede(request)
        try:
            await self._served(request)
        except asyncio.CancelledError:
            self.cancelled.append(request)
            raise
        if self.fails(request):
            raise EngineError("scripted to fail")
        return self.read(request)

    def _supersede(self, request: DecodeRequest) -> None:
        older = self._waiting.pop(request.key, None)
        if older is not None and not older.done():
            older.set_exception(Superseded())

    async def _served(self, request: DecodeRequest) -> None:
        """Wait for the scripted time; a partial may be superseded meanwhile."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(self.delay(request), _finish, answer)
        if request.kind is not Kind.FINAL:
            self._waiting[request.key] = answer
        try:
            await answer
        finally:
            timer.cancel()
            if self._waiting.get(request.key) is answer:
                del self._waiting[request.key]


class GatedRecognizer(ScriptedRecognizer):
    """Answers nothing after the first `answers` windows until `open` is set."""

    def __init__(self, answers: int) -> None:
        super().__init__()
        self.answers = answers
        self.open = asyncio.Event()
        self.asked = asyncio.Event()

    async def _served(self, request: DecodeRequest) -> None:
        if len(self.requests) > self.answers:
            self.asked.set()
            await self.open.wait()


def _finish(answer: asyncio.Future[None]) -> None:
    if not answer.done():
        answer.set_result(None)
