"""What every recognizer keeps, scripted or real, as far as its callers can see."""

import asyncio

import pytest

from asr.types import DecodeRequest, EngineError, Kind, Recognizer, Superseded
from tests.support.speech import say


def window(
    text: str, key: str = "u", kind: Kind = Kind.FINAL, *, prefix: str = "", generation: int = 1
) -> DecodeRequest:
    """A window in which `text` is said."""
    return DecodeRequest(key, generation, kind, say(text), 16_000, 0.0, prefix)


class RecognizerContract:
    """Give `recognizer`, which takes a moment for every window and fails on those that say "zero"."""

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        """A running one."""
        raise NotImplementedError

    async def test_it_hears_what_is_said(self, recognizer: Recognizer) -> None:
        hypothesis = await recognizer.decode(window("one two three"))
        assert hypothesis.text == "one two three"
        assert hypothesis.language

    async def test_finals_have_words_inside_their_window_in_order(self, recognizer: Recognizer) -> None:
        request = window("one two three")
        words = (await recognizer.decode(request)).words
        assert "".join(word.text for word in words).strip() == "one two three"
        times = [time for word in words for time in (word.start, word.end)]
        assert times == sorted(times)
        assert times[0] >= request.start
        assert times[-1] <= request.start + len(request.audio)

    async def test_the_answer_begins_with_the_forced_prefix(self, recognizer: Recognizer) -> None:
        hypothesis = await recognizer.decode(window("one two three", prefix="One, two"))
        assert hypothesis.text == "One, two three"

    async def test_a_newer_partial_supersedes_the_one_that_waits(self, recognizer: Recognizer) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(recognizer.decode(window("nine", "other")))
            older = tasks.create_task(outcome(recognizer, window("one", kind=Kind.PARTIAL)))
            await asyncio.sleep(0)
            newer = tasks.create_task(outcome(recognizer, window("one two", kind=Kind.PARTIAL)))
        assert (older.result(), newer.result()) == ("superseded", "one two")

    async def test_a_final_supersedes_the_waiting_partial_of_its_utterance_alone(
        self, recognizer: Recognizer
    ) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(recognizer.decode(window("nine", "busy")))
            partial = tasks.create_task(outcome(recognizer, window("one", kind=Kind.PARTIAL)))
            other = tasks.create_task(outcome(recognizer, window("six", "other", Kind.PARTIAL)))
            await asyncio.sleep(0)
            final = tasks.create_task(outcome(recognizer, window("one two")))
        assert (partial.result(), other.result(), final.result()) == ("superseded", "six", "one two")

    async def test_finals_are_never_superseded(self, recognizer: Recognizer) -> None:
        async with asyncio.TaskGroup() as tasks:
            finals = [tasks.create_task(outcome(recognizer, window(text))) for text in ("one", "two", "six")]
        assert [final.result() for final in finals] == ["one", "two", "six"]

    async def test_a_failure_is_an_engine_error_and_nobody_elses(self, recognizer: Recognizer) -> None:
        async with asyncio.TaskGroup() as tasks:
            bad = tasks.create_task(outcome(recognizer, window("zero", "a")))
            good = tasks.create_task(outcome(recognizer, window("four", "b")))
        assert (bad.result(), good.result()) == ("failed", "four")

    async def test_who_goes_away_leaves_nothing_behind(self, recognizer: Recognizer) -> None:
        async with asyncio.TaskGroup() as tasks:
            gone = tasks.create_task(outcome(recognizer, window("one", kind=Kind.PARTIAL)))
            await asyncio.sleep(0)
            gone.cancel()
        assert gone.cancelled()
        assert (await recognizer.decode(window("one two"))).text == "one two"
        assert recognizer.wait() < 1.0


async def outcome(recognizer: Recognizer, request: DecodeRequest) -> str:
    """The text, or what happened instead."""
    try:
        return (await recognizer.decode(request)).text
    except Superseded:
        return "superseded"
    except EngineError:
        return "failed"
