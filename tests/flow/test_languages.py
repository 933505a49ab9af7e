"""The language of an utterance depends on what was spoken, not on how soon answers come."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from asr.types import SAMPLE_RATE, DecodeRequest, Detected, Hypothesis
from streaming.events import Caption
from tests.fakes.recognizer import ScriptedRecognizer, transcribe
from tests.flow.live import live, utterances
from tests.support.speech import VOCABULARY, mono
from tests.support.virtual_time import virtual_time

LONG_RUSSIAN = " ".join(VOCABULARY[:12])
SHORT = VOCABULARY[11]
LONG_ENGLISH = " ".join(VOCABULARY[12:24])
SHORT_ENGLISH = "alpha bravo charlie delta"


def sound(text: str) -> Detected:
    """Numbers are said in Russian, letters in English; one word alone is anybody's guess."""
    words = text.split()
    english = sum(word in VOCABULARY[11:] for word in words) / max(len(words), 1)
    if len(words) == 1:
        return (("en", 0.6), ("ru", 0.4))
    return (("en", 0.97), ("ru", 0.03)) if english > 0.5 else (("ru", 0.97), ("en", 0.03))


def bilingual(request: DecodeRequest) -> Hypothesis:
    """An answer as the engine gives it: in the language named, else weighed, else heard."""
    answer = transcribe(request)
    if request.language:
        return replace(answer, language=request.language)
    heard = sound(answer.text)
    language = request.prior.settle(heard) if request.prior else heard[0][0]
    return replace(answer, language=language, detected=heard)


@pytest.mark.parametrize(
    "delay",
    [
        lambda _: 0.0,
        lambda request: 6.0 if len(request.audio) > 2 * SAMPLE_RATE else 0.1,
        lambda request: 0.1 if len(request.audio) > 2 * SAMPLE_RATE else 6.0,
        lambda _: 20.0,
    ],
    ids=["at once", "short ones first", "long ones first", "all late"],
)
@virtual_time
async def test_an_utterance_has_one_language_whenever_it_is_answered(
    delay: Callable[[DecodeRequest], float],
) -> None:
    recognizer = ScriptedRecognizer(delay=delay, read=bilingual)
    async with live(recognizer, interim=False, languages=("ru", "en")) as one:
        await one.speak(
            mono(*utterances(LONG_RUSSIAN, SHORT, LONG_ENGLISH, SHORT, SHORT_ENGLISH, LONG_RUSSIAN, SHORT))
        )
    assert [segment.language for segment in one.sink.segments] == ["ru", "ru", "en", "en", "en", "ru", "ru"]
    assert [caption.final for caption in one.sink.of(Caption)] == [True] * 7


@virtual_time
async def test_what_was_heard_first_is_kept_when_it_cannot_be_heard_again() -> None:
    recognizer = ScriptedRecognizer(
        delay=lambda request: 6.0 if len(request.audio) > 2 * SAMPLE_RATE else 0.1,
        fails=lambda request: request.language is not None,
        read=bilingual,
    )
    async with live(recognizer, interim=False, languages=("ru", "en")) as one:
        await one.speak(mono(*utterances(LONG_RUSSIAN, SHORT)))
    assert [segment.text for segment in one.sink.segments] == [LONG_RUSSIAN, SHORT]
    assert [request.language for request in recognizer.requests] == [None, None, "ru"]
