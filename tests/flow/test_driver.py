"""A session from its first sample to its last word, on a clock that costs no time."""

import asyncio

import numpy as np
import pytest

from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, Kind, Waveform
from streaming.errors import StoreError
from streaming.events import Ack, Caption, Flushed, Gap, Speech
from streaming.session import Checkpoint
from tests.fakes.recognizer import ScriptedRecognizer, transcribe
from tests.fakes.sink import ScriptedSink
from tests.flow.live import PAUSE, Live, live, utterances
from tests.support.speech import VOCABULARY, join, mono, say, silence
from tests.support.virtual_time import settle, virtual_time


@virtual_time
async def test_words_appear_while_they_are_spoken_and_end_as_a_stored_final() -> None:
    text = " ".join(VOCABULARY[:25])
    async with live(ScriptedRecognizer(delay=lambda _: 0.2)) as one:
        await one.speak(mono(PAUSE, *utterances(text)))
        shown = one.sink.shown
        assert any(words and text.startswith(words) for words in shown)
    captions = one.sink.of(Caption)
    assert len(captions) > 3
    assert [segment.text for segment in one.sink.segments] == [text]
    assert captions[-1].final
    assert all(text.startswith(caption.segment.text) for caption in captions)
    assert any(caption.segment.text and not caption.final for caption in captions)
    started, stopped = one.sink.of(Speech)
    assert (started.state, stopped.state) == ("started", "stopped")
    assert started.at == pytest.approx(1.0, abs=0.05)
    assert stopped.at == pytest.approx(1.0 + len(say(text)) / SAMPLE_RATE, abs=0.05)
    coverage = one.session.coverage
    assert coverage.received == coverage.transcribed + coverage.silence
    assert coverage.transcribed == pytest.approx(len(say(text)) / SAMPLE_RATE, abs=0.6)


@virtual_time
async def test_without_interim_only_finals_are_asked_for_and_shown() -> None:
    recognizer = ScriptedRecognizer()
    async with live(recognizer, interim=False) as one:
        await one.speak(mono(*utterances("one two three four", "five six seven eight")))
    assert recognizer.partials == []
    assert [caption.final for caption in one.sink.of(Caption)] == [True, True]


@virtual_time
async def test_two_tracks_are_two_speakers() -> None:
    left = join(say("one two three"), PAUSE, PAUSE)
    right = join(PAUSE, say("alpha bravo"), silence(2))[: len(left)]
    async with live() as one:
        await one.speak(np.stack([left, right]))
    assert {(segment.track, segment.text) for segment in one.sink.segments} == {
        ("0", "one two three"),
        ("1", "alpha bravo"),
    }
    assert one.session.coverage.received == pytest.approx(2 * len(left) / SAMPLE_RATE)


@virtual_time
async def test_flushed_is_told_once_its_words_are_stored() -> None:
    sink = ScriptedSink(delay=0.3)
    async with live(ScriptedRecognizer(delay=lambda _: 0.2), sink) as one:
        await one.speak(mono(say("one two")))
        flushed_at = one.session.position
        one.driver.flush("f")
        await asyncio.sleep(0.4)
        assert sink.of(Flushed) == []
        await asyncio.sleep(0.2)
        assert sink.of(Flushed) == [Flushed("f", flushed_at)]
        assert [segment.text for segment in sink.segments] == ["one two"]
    kinds = [type(event) for event in sink.events]
    assert kinds.index(Flushed) > kinds.index(Caption)


@virtual_time
async def test_a_flush_in_silence_is_answered_too() -> None:
    async with live() as one:
        one.driver.flush(None)
        await one.speak(mono(PAUSE))
        one.driver.flush("b")
        await asyncio.sleep(0.1)
        assert one.sink.of(Flushed) == [Flushed(None, 0), Flushed("b", SAMPLE_RATE)]


@virtual_time
async def test_flushes_are_answered_in_their_order() -> None:
    sink = ScriptedSink(delay=0.5)
    async with live(ScriptedRecognizer(delay=lambda request: 2.0 - request.start / SAMPLE_RATE), sink) as one:
        for number in range(3):
            await one.speak(mono(say("one two")))
            one.driver.flush(str(number))
    assert [flushed.id for flushed in sink.of(Flushed)] == ["0", "1", "2"]
    assert sink.finals == ["one two"] * 3


@virtual_time
async def test_stop_waits_for_the_words_in_flight() -> None:
    recognizer = ScriptedRecognizer(delay=lambda request: 3.0 if request.kind is Kind.FINAL else 0.1)
    async with live(recognizer) as one:
        await one.speak(mono(say("one two three")))
    assert [segment.text for segment in one.sink.segments] == ["one two three"]
    assert one.session.coverage.lost == 0.0
    assert one.session.ended().segments == 1


@virtual_time
async def test_stopping_twice_is_stopping_once() -> None:
    async with live() as one:
        await one.speak(mono(say("one")))
        one.driver.stop()
    assert one.sink.finals == ["one"]


@virtual_time
async def test_stopping_before_anything_came() -> None:
    async with live() as one:
        pass
    assert one.session.ended().duration == 0.0


@virtual_time
async def test_audio_that_comes_after_stop_is_not_taken() -> None:
    """A decoder thread may still hand over its last samples while the stream ends."""
    async with live() as one:
        await one.speak(mono(say("one")))
        position = one.session.position
        one.driver.stop()
        await one.driver.feed(mono(say("two three"), PAUSE))
        one.driver.flush("late")
    assert one.session.position == position
    assert one.sink.finals == ["one"]


@pytest.mark.parametrize("tail", [say("three"), PAUSE, silence(0.01)], ids=["speech", "pause", "blink"])
@virtual_time
async def test_the_last_acknowledgement_covers_everything(tail: Waveform) -> None:
    async with live() as one:
        await one.speak(mono(*utterances("one two"), tail))
    assert one.sink.of(Ack)[-1] == Ack(one.session.position)
    assert one.sink.saved[-1].coverage == one.session.coverage


@virtual_time
async def test_long_silence_is_acknowledged_as_it_passes() -> None:
    async with live() as one:
        await one.speak(mono(silence(13)))
        acks = [ack.position / SAMPLE_RATE for ack in one.sink.of(Ack)]
        assert acks == pytest.approx([5, 10], abs=0.2)


@virtual_time
async def test_nothing_is_acknowledged_before_its_final_is_stored() -> None:
    """The sink itself refuses an acknowledgement of what it has not stored."""
    sink = ScriptedSink(delay=0.7)
    async with live(ScriptedRecognizer(delay=lambda _: 1.5), sink) as one:
        await one.speak(mono(PAUSE, say("one two three"), PAUSE))
        first = one.session.position - SAMPLE_RATE
        assert all(ack.position < first for ack in sink.of(Ack))
        await one.speak(mono(silence(3)))
        assert sink.of(Ack)[-1].position > first
    positions = [ack.position for ack in sink.of(Ack)]
    assert positions == sorted(set(positions))


@virtual_time
async def test_a_final_that_is_late_holds_back_those_after_it_and_the_acknowledgement() -> None:
    late = {"one two": 5.0}

    def delay(request: DecodeRequest) -> float:
        return late.get(transcribe(request).text, 0.1)

    async with live(ScriptedRecognizer(delay), interim=False) as one:
        await one.speak(mono(PAUSE, *utterances("one two", "three four"), silence(1)))
        assert one.sink.finals == []
        assert one.sink.position <= SAMPLE_RATE
        await one.speak(mono(silence(5)))
        assert one.sink.finals == ["one two", "three four"]
        assert one.sink.position > 3 * SAMPLE_RATE


@virtual_time
async def test_captions_go_on_while_the_store_is_away_and_all_is_stored_when_it_is_back() -> None:
    sink = ScriptedSink(fails=lambda attempt: attempt < 4)
    async with live(sink=sink) as one:
        await one.speak(mono(*utterances("one two", "three four"), silence(0.5)))
        assert sink.saved == []
        assert sink.of(Ack) == []
        assert sink.finals == ["one two", "three four"]
        await one.speak(mono(silence(10)))
        assert [segment.text for segment in sink.segments] == ["one two", "three four"]
        assert sink.of(Ack) != []
    assert len({segment.id for segment in sink.segments}) == len(sink.segments)


@virtual_time
async def test_a_store_that_stays_away_for_long_is_waited_for() -> None:
    away = [True]
    sink = ScriptedSink(fails=lambda _: away[0])
    async with live(sink=sink) as one:
        await one.speak(mono(*utterances("one two")))
        await asyncio.sleep(3_600)
        assert sink.of(Ack) == []
        assert [segment.text for segment in one.session.unsaved] == ["one two"]
        away[0] = False
    assert one.session.unsaved == ()
    assert [segment.text for segment in sink.segments] == ["one two"]


@virtual_time
async def test_a_store_that_refuses_ends_the_session_with_its_error() -> None:
    class RefusingSink(ScriptedSink):
        async def save(self, checkpoint: Checkpoint) -> None:
            self.attempts += 1
            raise StoreError("store_rejected", "The database does not accept these values.")

    sink = RefusingSink()
    with pytest.raises(ExceptionGroup) as caught:
        async with live(sink=sink) as one:
            await one.speak(mono(*utterances("one two")))
    assert caught.value.subgroup(StoreError) is not None
    assert caught.value.split(StoreError)[1] is None
    assert sink.attempts == 1
    assert sink.of(Ack) == []


@virtual_time
async def test_a_final_that_the_model_fails_on_is_a_gap_and_lost_and_the_session_goes_on() -> None:
    recognizer = ScriptedRecognizer(fails=lambda request: transcribe(request).text.startswith("one"))
    async with live(recognizer, interim=False) as one:
        await one.speak(mono(PAUSE, *utterances("one two", "three four")))
    (gap,) = one.sink.of(Gap)
    assert gap.reason == "engine_error"
    assert gap.start < 1.0
    assert gap.end > 1.0 + len(say("one two")) / SAMPLE_RATE - 0.1
    assert one.sink.finals == ["three four"]
    assert one.session.coverage.lost == pytest.approx(gap.end - gap.start, abs=0.001)
    assert one.sink.of(Ack)[-1].position == one.session.position


@virtual_time
async def test_what_was_settled_before_the_model_failed_stays_and_is_flagged() -> None:
    text = " ".join(VOCABULARY[:25])
    recognizer = ScriptedRecognizer(fails=lambda request: request.kind.whole)
    async with live(recognizer) as one:
        await one.speak(mono(*utterances(text)))
    (segment,) = one.sink.segments
    assert segment.text
    assert text.startswith(segment.text)
    assert segment.flags == ("incomplete",)
    assert len(one.sink.of(Gap)) == 1


@virtual_time
async def test_a_partial_that_the_model_fails_on_is_never_noticed() -> None:
    recognizer = ScriptedRecognizer(fails=lambda request: request.kind is not Kind.FINAL)
    async with live(recognizer) as one:
        await one.speak(mono(*utterances("one two three four five six seven")))
    assert len(recognizer.partials) > 1
    assert one.sink.of(Gap) == []
    assert [caption.final for caption in one.sink.of(Caption)] == [True]
    assert one.session.coverage.lost == 0.0


@virtual_time
async def test_one_partial_of_an_utterance_is_asked_for_at_a_time() -> None:
    waiting: list[int] = []
    recognizer = ScriptedRecognizer(delay=lambda _: 2.0)
    async with live(recognizer) as one:
        for word in VOCABULARY[:30]:
            await one.speak(mono(say(word)))
            waiting.append(len(recognizer.partials) - len(one.sink.of(Caption)))
    assert max(waiting) <= 1 + len(recognizer.finals)
    assert len(recognizer.partials) >= 3


@virtual_time
async def test_cancelling_ends_everything_at_once() -> None:
    recognizer = ScriptedRecognizer(delay=lambda _: 60.0)
    one = Live(recognizer, ScriptedSink())
    running = asyncio.ensure_future(one.driver.run())
    await one.speak(mono(*utterances("one two three four")))
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()
    assert recognizer.cancelled == recognizer.requests[-len(recognizer.cancelled) :]
    assert recognizer.cancelled != []
    assert one.now < 10.0


class Held:
    """A recognizer whose answers the test lets go one by one."""

    def __init__(self) -> None:
        self.held: list[asyncio.Future[None]] = []

    async def decode(self, request: DecodeRequest) -> Hypothesis:
        """Wait for the test."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.held.append(answer)
        await answer
        return transcribe(request)

    def wait(self) -> float:
        """Never long."""
        return 0.0


class HeldSink(ScriptedSink):
    """A sink that stores when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[asyncio.Future[None]] = []

    async def save(self, checkpoint: Checkpoint) -> None:
        """Note the order of things, then wait for the test."""
        await super().save(checkpoint)
        if checkpoint.segments:
            gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.held.append(gate)
            await gate


@virtual_time
async def test_a_final_is_shown_before_it_is_stored_even_if_both_come_at_once() -> None:
    """The number under which viewers saw a final is stored with it."""
    recognizer, sink = Held(), HeldSink()
    async with live(recognizer, sink, interim=False) as one:
        await one.speak(mono(*utterances("one", "two")))
        first, second = recognizer.held
        first.set_result(None)
        await settle()
        (storing,) = sink.held
        second.set_result(None)
        storing.set_result(None)
        await settle()
        sink.held[-1].set_result(None)
    assert [segment.text for segment in sink.segments] == ["one", "two"]


@virtual_time
async def test_a_final_is_ready_when_the_pause_is_long_enough() -> None:
    recognizer = ScriptedRecognizer(delay=lambda _: 0.2)
    async with live(recognizer) as one:
        await one.speak(mono(say("one two three four")))
        spoken = one.now
        await one.speak(mono(silence(0.6)))
        assert one.sink.finals == ["one two three four"]
        assert one.now - spoken < 0.7
    assert recognizer.finals == []


@virtual_time
async def test_a_pause_in_the_middle_costs_one_window_and_no_word() -> None:
    recognizer = ScriptedRecognizer()
    async with live(recognizer, interim=False) as one:
        await one.speak(mono(say("one two three"), silence(0.4), say("four five six"), silence(1.0)))
    assert [request.kind for request in recognizer.requests] == [Kind.PAUSE, Kind.PAUSE]
    assert one.sink.finals == ["one two three four five six"]


@virtual_time
async def test_a_pause_that_the_model_fails_on_is_asked_about_once_and_then_as_the_end() -> None:
    recognizer = ScriptedRecognizer(fails=lambda request: request.kind is Kind.PAUSE)
    async with live(recognizer, interim=False) as one:
        await one.speak(mono(say("one two three"), silence(1.0)))
    assert [request.kind for request in recognizer.requests] == [Kind.PAUSE, Kind.FINAL]
    assert one.sink.finals == ["one two three"]


@virtual_time
async def test_a_suspended_session_stores_what_was_finished_and_stays_open() -> None:
    recognizer = ScriptedRecognizer(delay=lambda request: 0.1 if request.kind is Kind.PARTIAL else 2.0)
    one = Live(recognizer, ScriptedSink())
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(one.driver.run())
        await one.speak(mono(*utterances("one two"), say("three four")))
        assert one.sink.saved == []
        one.driver.suspend()
        await one.driver.feed(mono(say("five")))
        one.driver.flush("late")
        await running
    assert [segment.text for segment in one.sink.segments] == ["one two"]
    assert one.sink.of(Ack)[-1].position <= len(say("one two")) + SAMPLE_RATE
    assert all(checkpoint.ended is None for checkpoint in one.sink.saved)
    assert not one.session.finished


@virtual_time
async def test_the_last_checkpoint_says_how_the_session_ended() -> None:
    async with live() as one:
        await one.speak(mono(*utterances("one two")))
    assert [checkpoint.ended for checkpoint in one.sink.saved][-1] == one.session.ended()
    assert all(checkpoint.ended is None for checkpoint in one.sink.saved[:-1])
