"""What gives way when the model or the store cannot keep up: partials first, then the reading of audio."""

import asyncio

from asr.types import SAMPLE_RATE, Waveform
from streaming.driver import MAX_WAITING_SECONDS
from streaming.events import Load
from tests.fakes.recognizer import ScriptedRecognizer
from tests.fakes.sink import ScriptedSink
from tests.flow.live import Live, live, utterances
from tests.support.speech import join, mono, silence
from tests.support.virtual_time import virtual_time

SENTENCE = "one two three four five six seven eight nine ten"


def sentences(seconds: int) -> list[str]:
    """As many as are said in so many seconds, with pauses."""
    return [SENTENCE] * (seconds * SAMPLE_RATE // len(join(*utterances(SENTENCE))))


async def _fed(one: Live, audio: Waveform, done: list[bool]) -> None:
    await one.driver.feed(mono(audio))
    done.append(True)


@virtual_time
async def test_a_busy_model_thins_out_partials_and_then_stops_them_but_not_finals() -> None:
    recognizer = ScriptedRecognizer()
    async with live(recognizer) as one:
        recognizer.backlog = 10.0
        await one.speak(mono(*utterances("one two three four five six")))
        assert one.sink.of(Load) == [Load("finals_only")]
        assert recognizer.partials == []
        assert one.sink.finals == ["one two three four five six"]
        recognizer.backlog = 0.0
        await one.speak(mono(silence(11)))
        assert one.sink.of(Load)[1:] == [Load("rare_partials"), Load("normal")]
        await one.speak(mono(*utterances("one two three four five six")))
        assert recognizer.partials != []


@virtual_time
async def test_no_audio_is_taken_while_too_much_speech_awaits_its_final() -> None:
    hold = {"seconds": 500.0}
    recognizer = ScriptedRecognizer(delay=lambda _: hold["seconds"])
    audio, done = join(*utterances(*sentences(180))), list[bool]()
    async with live(recognizer, interim=False) as one, asyncio.TaskGroup() as tasks:
        tasks.create_task(_fed(one, audio, done))
        await asyncio.sleep(100)
        assert not done
        taken = one.session.position
        assert MAX_WAITING_SECONDS < one.session.waiting_seconds < MAX_WAITING_SECONDS + 5
        await asyncio.sleep(100)
        assert one.session.position == taken
        hold["seconds"] = 0.1
        await asyncio.sleep(400)
        assert done
    assert one.session.position == len(audio)
    assert one.session.coverage.lost == 0.0


@virtual_time
async def test_no_audio_is_taken_while_too_much_text_awaits_the_store() -> None:
    away = [True]
    sink = ScriptedSink(fails=lambda _: away[0])
    audio, done = join(*utterances(*sentences(300))), list[bool]()
    async with live(sink=sink, interim=False) as one, asyncio.TaskGroup() as tasks:
        tasks.create_task(_fed(one, audio, done))
        await asyncio.sleep(20)
        assert not done
        assert MAX_WAITING_SECONDS < one.session.unsaved_seconds < MAX_WAITING_SECONDS + 5
        taken = one.session.position
        assert MAX_WAITING_SECONDS * SAMPLE_RATE < taken < 2 * MAX_WAITING_SECONDS * SAMPLE_RATE
        await asyncio.sleep(600)
        assert one.session.position == taken
        away[0] = False
        await asyncio.sleep(30)
        assert done
    assert [segment.text for segment in sink.segments] == sentences(300)
