"""Times and confidences of words, through the live path.

Times are compared with those that faster-whisper finds offline in the whole recording with the same model,
and with the exact starts of the turns of a synthetic meeting; confidences with what was really said.
"""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

from loadtest.latency import figure
from loadtest.wer import normalise
from streaming.segments import TimedWord
from tests.support.evalset import Recording
from tests.support.heard import Heard
from tests.support.offline import offline
from tests.support.recordings import samples

pytestmark = [pytest.mark.model, pytest.mark.eval, pytest.mark.patient, pytest.mark.timeout(1800)]

MEETING = "multi/syn_en_meeting_kokoro.flac"
CHOSEN = {"en": ("en/ljspeech", "en/ls_", MEETING), "ru": ("ru/golos", "multi/ru_real")}


@pytest.mark.parametrize(
    ("model", "language"),
    [("tiny.en", "en"), ("base", "ru")],
    ids=["English, tiny.en", "Russian, base"],
)
def test_words_begin_where_offline_decoding_has_them(
    model: str,
    language: str,
    heard: Heard,
    models: Path,
    eval_manifest: Sequence[Recording],
    report: list[str],
) -> None:
    rows = [row for row in eval_manifest if row.scored and row.file.startswith(CHOSEN[language])]
    concluded = heard.concluded(model, rows, language)
    live = [[word for one in conclusions for word in one.segment.words] for conclusions in concluded]
    offsets = []
    wholes = offline(model, models, [samples(row.path) for row in rows], language, timed=True)
    for segments, words in zip(wholes, live, strict=True):
        whole = [
            TimedWord(w.word, w.start, w.end, w.probability) for one in segments for w in one.words or ()
        ]
        offsets += [mine.start - theirs.start for mine, theirs in _same(words, whole)]
    apart = figure([abs(offset) for offset in offsets])
    told = [_told(words, row.reference) for words, row in zip(live, rows, strict=True)]
    area = _area(
        [word.confidence for right, _ in told for word in right],
        [word.confidence for _, wrong in told for word in wrong],
    )
    report.append(
        f"{model}, {language}: word starts {1000 * (apart.median or 0):.0f} ms (median), "
        f"{1000 * (apart.p95 or 0):.0f} ms (p95) from offline decoding over {apart.count} words; a right "
        f"word is surer than a wrong one {area:.0%} of the time"
    )
    assert (apart.median or 0) < 0.1, report[-1]
    assert abs(statistics.median(offsets)) < 0.03, "words are late or early as a rule"
    assert area > 0.7, report[-1]


def test_the_first_word_begins_where_the_turn_does(
    heard: Heard, eval_manifest: Sequence[Recording], report: list[str]
) -> None:
    row = next(row for row in eval_manifest if row.file == MEETING)
    rttm = Path(f"{row.path}.rttm").read_text("utf-8").splitlines()
    turns = [float(line.split()[3]) for line in rttm if line.startswith("SPEAKER")]
    (conclusions,) = heard.concluded("tiny.en", [row], "en")
    firsts = [one.segment.words[0].start for one in conclusions if one.segment.words]
    # An utterance that begins in the midst of a turn says nothing of where that turn began.
    late = [first - turn for turn in turns for first in firsts if abs(first - turn) < 0.4]
    report.append(
        f"tiny.en: the first word of a turn {1000 * statistics.median(late):+.0f} ms (median) from the exact "
        f"start over {len(late)} turns"
    )
    assert len(late) >= len(turns) // 2
    assert abs(statistics.median(late)) < 0.1, report[-1]


def _same(left: Sequence[TimedWord], right: Sequence[TimedWord]) -> Iterable[tuple[TimedWord, TimedWord]]:
    """Words that stand in both, aligned by their text."""
    ours, theirs = _parts(left), _parts(right)
    for block in Levenshtein.opcodes([text for text, _ in ours], [text for text, _ in theirs]):
        if block.tag == "equal":
            pairs = zip(
                ours[block.src_start : block.src_end], theirs[block.dest_start : block.dest_end], strict=True
            )
            yield from ((mine, other) for (_, mine), (_, other) in pairs)


def _told(words: Sequence[TimedWord], reference: str) -> tuple[list[TimedWord], list[TimedWord]]:
    """The words that were said, and those that were not."""
    parts = _parts(words)
    blocks = Levenshtein.opcodes([text for text, _ in parts], normalise(reference))
    right = {at for block in blocks if block.tag == "equal" for at in range(block.src_start, block.src_end)}
    return (
        [word for at, (_, word) in enumerate(parts) if at in right],
        [word for at, (_, word) in enumerate(parts) if at not in right],
    )


def _parts(words: Sequence[TimedWord]) -> list[tuple[str, TimedWord]]:
    return [(part, word) for word in words for part in normalise(word.word)]


def _area(higher: Sequence[float], lower: Sequence[float]) -> float:
    """How often a number of the first is above one of the second (the area under the ROC curve)."""
    pairs = [(one > other) + (one == other) / 2 for one in higher for other in lower]
    return sum(pairs) / len(pairs)
