"""Text that the model makes up is flagged, and text that was said is not.

Sounds without speech are handed to the model as if they were utterances, and so is what the speech detector
lets through of them when they are played slower and faster. Against them stand real utterances: whole, short
words cut out of speech, in noise, faint, and through a telephone. Recordings that the thresholds were set on
are not among them.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from loadtest.wer import normalise
from streaming.segments import SUSPECTED_HALLUCINATION
from streaming.utterance import Conclusion
from tests.support.evalset import Recording
from tests.support.live import conclude, conclude_as_speech, engine
from tests.support.recordings import RATE, Samples, samples

pytestmark = [pytest.mark.model, pytest.mark.eval, pytest.mark.patient, pytest.mark.timeout(1800)]

SOUNDS = ("phone-incoming", "pink_noise", "room_noise", "hold_music", "monkeys")
SPEECH = {
    "en": ("LJ001-0002", "LJ001-0004", "sas_0870", "sas_0890", "sas_0930", "en/ls_3436", "multi/phone"),
    "ru": ("golos_03", "golos_07", "golos_12", "ru/pisets", "ru/ivr_pbx", "ru/ivr_queue", "multi/ru_real"),
}
SHORT = {
    "en": {"yes", "yeah", "no", "okay", "right", "so", "hi", "all", "thanks", "good", "bye", "well"},
    "ru": {"да", "нет", "не", "как", "и", "все", "что", "это", "ну", "вы"},
}
QUIET = 0.003


@pytest.mark.parametrize(
    ("model", "language"),
    [("tiny.en", "en"), ("base", "ru")],
    ids=["English, tiny.en", "Russian, base"],
)
def test_made_up_text_is_flagged_and_real_words_are_not(
    model: str, language: str, models: Path, eval_manifest: Sequence[Recording], report: list[str]
) -> None:
    whisper = engine(model, models)
    sounds = [
        _half(samples(row.path)) for row in eval_manifest if row.kind == "nonspeech" and _is(row, SOUNDS)
    ]
    made_up = conclude_as_speech(whisper, list(_pieces(sounds)), language)
    made_up += _flat(conclude(whisper, list(_played(sounds)), language))
    spoken = [samples(row.path) for row in eval_manifest if _is(row, SPEECH[language])]
    clean = conclude(whisper, spoken, language)
    words = list(_short_words(spoken, clean, SHORT[language]))
    heard = _flat(clean) + _flat(conclude(whisper, [*words, *_worse(spoken, clean, sounds)], language))
    caught, missed = _count(made_up)
    wrongly, kept = _count(heard)
    precision, recall = caught / (caught + wrongly), caught / (caught + missed)
    report.append(
        f"{model}, {language}: made-up text flagged with precision {precision:.1%}, recall {recall:.1%} "
        f"({caught} of {caught + missed} made up, {wrongly} of {wrongly + kept} spoken, "
        f"of which {len(words)} single words)"
    )
    assert caught + missed >= 20
    assert wrongly + kept >= 20
    assert recall >= 0.85, report[-1]
    assert precision >= 0.85, report[-1]
    assert _count(_flat(clean))[0] == 0, "nothing that was said clearly is flagged"


def _is(row: Recording, names: tuple[str, ...]) -> bool:
    return any(name in row.file for name in names)


def _flat(concluded: Iterable[list[Conclusion]]) -> list[Conclusion]:
    return [one for conclusions in concluded for one in conclusions]


def _count(conclusions: Iterable[Conclusion]) -> tuple[int, int]:
    """How many with text are flagged, and how many are not."""
    flags = [SUSPECTED_HALLUCINATION in one.segment.flags for one in conclusions if one.segment.text]
    return sum(flags), len(flags) - sum(flags)


def _half(sound: Samples) -> Samples:
    """The second half of a long sound: the first was for setting the thresholds."""
    return sound[len(sound) // 2 :] if len(sound) > 15 * RATE else sound


def _pieces(sounds: Sequence[Samples]) -> Iterable[Samples]:
    """Pieces of 1 to 12 s of every sound, of noise and of digital silence."""
    dice = np.random.default_rng(5)
    white = dice.standard_normal(12 * RATE).astype(np.float32) * 0.01
    for sound in [*sounds, white, np.zeros(12 * RATE, np.float32)]:
        for seconds in (1, 2.5, 6, 12):
            yield np.resize(sound, int(seconds * RATE))


def _played(sounds: Sequence[Samples]) -> Iterable[Samples]:
    """Every sound slower and faster, at the level of speech, with silence around it."""
    for sound in sounds:
        for speed in (0.5, 0.8, 1.25, 1.6):
            played = np.interp(
                np.arange(0, min(len(sound), 8 * RATE) - 1, speed), np.arange(len(sound)), sound
            )
            yield _alone(_at(played.astype(np.float32), 0.06))


def _short_words(
    recordings: Sequence[Samples], concluded: Sequence[list[Conclusion]], wanted: set[str]
) -> Iterable[Samples]:
    """Single words, cut out with 50 ms around them."""
    for recording, conclusions in zip(recordings, concluded, strict=True):
        for word in [word for one in conclusions for word in one.segment.words]:
            if set(normalise(word.word)) <= wanted and 0.1 < word.end - word.start < 0.9:
                first, last = int((word.start - 0.05) * RATE), int((word.end + 0.05) * RATE)
                yield _alone(recording[max(0, first) : last])


def _worse(
    spoken: Sequence[Samples], concluded: Sequence[list[Conclusion]], sounds: Sequence[Samples]
) -> Iterable[Samples]:
    """Speech with sounds 10 and 5 dB below it, faint, and with the bandwidth of a telephone."""
    for at, (recording, conclusions) in enumerate(zip(spoken, concluded, strict=True)):
        # To the end of an utterance: half a word at the end of the audio would not be real speech.
        end = max((one.segment.end for one in conclusions if one.segment.end < 9), default=0.0)
        speech, sound = recording[: int((end + 0.2) * RATE)], sounds[at % len(sounds)]
        for decibels in (10, 5):
            noise = np.resize(sound, len(speech))
            yield speech + _at(noise, _level(speech) * 10 ** (-decibels / 20))
        yield _at(speech, QUIET)
        yield np.repeat(speech[: len(speech) // 2 * 2].reshape(-1, 2).mean(axis=1), 2)


def _level(sound: Samples) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def _at(sound: Samples, level: float) -> Samples:
    return np.asarray(np.clip(sound * (level / max(_level(sound), 1e-6)), -1, 1), np.float32)


def _alone(sound: Samples) -> Samples:
    """A sound with a second of a quiet room before and after it."""
    room = np.random.default_rng(3).standard_normal(RATE).astype(np.float32) * 3e-4
    return np.concatenate([room, sound, room])
