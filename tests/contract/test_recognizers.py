"""The scripted recognizer and the real worker keep the same contract."""

import time
from collections.abc import AsyncIterator, Hashable, Sequence

import pytest

from asr.tiers import TieredEngine
from asr.types import DecodeRequest, Hypothesis, Recognizer
from asr.worker import Worker
from tests.contract.recognizer_contract import RecognizerContract
from tests.fakes.recognizer import ScriptedRecognizer, transcribe

MOMENT = 0.05


def says_zero(request: DecodeRequest) -> bool:
    """The windows that fail."""
    return transcribe(request).text == "zero"


class Reader:
    """An engine that reads scripted audio, one window at a time."""

    languages: tuple[str, ...] = ("en",)

    def warm_up(self) -> None:
        """Nothing to warm."""

    def batch_key(self, request: DecodeRequest) -> Hashable:
        """Every window by itself."""
        return id(request)

    def seconds(self) -> dict[tuple[str, str], float]:
        """Not counted."""
        return {}

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """What the windows say."""
        time.sleep(MOMENT)
        if any(map(says_zero, requests)):
            raise RuntimeError("scripted to fail")
        return [transcribe(request) for request in requests]


class TestScriptedRecognizer(RecognizerContract):
    """Run by pytest."""

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        return ScriptedRecognizer(delay=lambda _: MOMENT, fails=says_zero)


class TestWorker(RecognizerContract):
    """Run by pytest."""

    @pytest.fixture
    async def recognizer(self) -> AsyncIterator[Recognizer]:
        worker = Worker(Reader, max_batch=4, clock=time.monotonic)
        async with worker.running():
            await worker.wait_ready()
            yield worker


class TestTiers(RecognizerContract):
    """Run by pytest: the worker with one engine for drafts and another for the rest."""

    @pytest.fixture
    async def recognizer(self) -> AsyncIterator[Recognizer]:
        worker = Worker(lambda: TieredEngine(Reader(), Reader()), max_batch=4, clock=time.monotonic)
        async with worker.running():
            await worker.wait_ready()
            yield worker
