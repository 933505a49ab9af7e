"""Speech in which the model takes a pause for the end is heard to its end all the same."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr.types import SAMPLE_RATE, DecodeRequest, Kind
from asr.vad import shared_vad
from loadtest.wer import normalise, score
from streaming.segmenter import ONSET, WINDOW
from streaming.utterance import WHOLE_BEAM
from tests.support.evalset import WHOLE, Recording
from tests.support.heard import Heard
from tests.support.live import conclude
from tests.support.offline import offline, text
from tests.support.recordings import Samples, samples

pytestmark = [pytest.mark.model, pytest.mark.patient, pytest.mark.timeout(900)]

PAUSE = 0.35
"""Seconds between two turns: too few to end an utterance."""
LONGEST = 12.0
EVERY = 2 if WHOLE else 3
MISSED = 0.1
"""The share of words that may be missing; where a sentence is lost it is a fifth in Russian."""


def asked(kind: Kind, begin: float, end: float, **fields: Any) -> DecodeRequest:
    """A window of the packaged sample from one second to another, all of it speech."""
    first, last = round(begin * SAMPLE_RATE), round(end * SAMPLE_RATE)
    audio = samples()[first:last]
    return DecodeRequest("u", 1, kind, audio, first, 0.0, language="en", spoken_until=last, **fields)


def test_an_answer_to_a_question_is_not_lost_behind_settled_words(heard: Heard) -> None:
    whisper = heard.engine("tiny.en")
    settled = "have the numbers ready shall I"
    final = asked(Kind.FINAL, 7.24, 11.0, beam=WHOLE_BEAM, prefix=settled)
    (stopped,) = whisper.decode_batch([replace(final, spoken_until=0)])
    assert "ahead" not in stopped.text, "the model stops no more: this shows nothing"
    (answer,) = whisper.decode_batch([final])
    assert answer.text.startswith(settled)
    assert normalise(answer.text)[-4:] == ["yes", "please", "go", "ahead"]
    assert "".join(word.text for word in answer.words).split() == answer.text.split()
    times = [time for word in answer.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert final.start <= times[0]
    assert times[-1] <= final.end


def test_a_draft_goes_on_after_a_pause(heard: Heard) -> None:
    whisper = heard.engine("tiny.en")
    paused = "numbers ready shall I share my screen."
    draft = asked(Kind.PARTIAL, 7.52, 10.4, paused=paused, resumed=int(2.1 * SAMPLE_RATE))
    (stopped,) = whisper.decode_batch([replace(draft, spoken_until=0)])
    assert stopped.text == paused, "the model stops no more: this shows nothing"
    (answer,) = whisper.decode_batch([draft])
    assert answer.text.startswith(paused)
    assert "yes please" in " ".join(normalise(answer.text))


@pytest.mark.eval
@pytest.mark.parametrize(("model", "language"), [("tiny.en", "en"), ("base", "ru")])
def test_no_sentence_is_lost_of_three_people_who_speak_in_quick_turns(
    model: str,
    language: str,
    heard: Heard,
    models: Path,
    eval_manifest: Sequence[Recording],
    report: list[str],
) -> None:
    rows = [row for row in eval_manifest if row.scored and (row.kind, row.language) == ("speech", language)]
    said = [(row.reference, _trimmed(samples(row.path))) for row in rows if row.seconds < LONGEST]
    turns = [[said[(at + step) % len(said)] for step in (0, 3, 7)] for at in range(0, len(said), EVERY)]
    silence = np.zeros(int(PAUSE * SAMPLE_RATE), np.float32)
    recordings = [np.concatenate([part for _, one in turn for part in (one, silence)]) for turn in turns]
    references = [" ".join(text for text, _ in turn) for turn in turns]
    concluded = conclude(heard.engine(model), recordings, language)
    finals = [[one.segment for one in conclusions] for conclusions in concluded]
    texts = [" ".join(segment.text for segment in segments) for segments in finals]
    errors = score(zip(references, texts, strict=True))
    far = max(one.end - one.words[-1].end for segments in finals for one in segments if one.words)
    whole = ""
    if WHOLE:
        plain = score(zip(references, map(text, offline(model, models, recordings, language)), strict=True))
        whole = f", offline {plain.rate:.1%}"
    report.append(
        f"{model}, {language}: quick turns {errors.rate:.1%}{whole} word error rate over {errors.words} "
        f"words, the last word at most {far:.1f} s before the end of speech"
    )
    assert far < 1.0, report[-1]
    assert errors.deletions < MISSED * errors.words, report[-1]


def _trimmed(audio: Samples) -> Samples:
    """A recording from its first to its last word."""
    windows = audio[: len(audio) // WINDOW * WINDOW].reshape(-1, WINDOW)
    spoken = np.flatnonzero(shared_vad().stream().probabilities(windows) >= ONSET)
    return audio[max(0, spoken[0] - 3) * WINDOW : (spoken[-1] + 2) * WINDOW]
