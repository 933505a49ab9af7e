"""A batch of many says what batches of one say: text, language and word times, item by item."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import pytest

from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, Kind
from asr.whisper import WhisperEngine
from streaming.utterance import WHOLE_BEAM
from tests.support.evalset import Recording
from tests.support.heard import Heard
from tests.support.recordings import samples

pytestmark = [pytest.mark.model, pytest.mark.eval, pytest.mark.patient, pytest.mark.timeout(1800)]

LENGTHS = (3.0, 5.0, 7.0, 9.0)
TIES = 0.1
"""The share of items that a tie between two hypotheses may decide otherwise: numbers are added up in another
order in another batch."""
NEAR = 0.1
"""Seconds."""


def windows(
    rows: Sequence[Recording], kind: Kind, hotwords: Sequence[tuple[str, ...]]
) -> list[DecodeRequest]:
    """A window of each recording, of one of the lengths, each with its own hotwords or none."""
    beam = WHOLE_BEAM if kind.whole else 1
    return [
        DecodeRequest(
            str(number),
            0,
            kind,
            samples(row.path)[: int(LENGTHS[number % len(LENGTHS)] * SAMPLE_RATE)],
            number * SAMPLE_RATE,
            0.0,
            languages=("ru", "en"),
            hotwords=hotwords[number % len(hotwords)],
            beam=beam,
        )
        for number, row in enumerate(rows)
    ]


def together(model: WhisperEngine, asked: Sequence[DecodeRequest]) -> list[Hypothesis]:
    """All windows, as many in one batch as may be."""
    batches: dict[Hashable, list[DecodeRequest]] = defaultdict(list)
    for request in asked:
        batches[model.batch_key(request)].append(request)
    answers: dict[str, Hypothesis] = {}
    for batch in batches.values():
        assert len(batch) > 1, "nothing is compared in a batch of one"
        heard = model.decode_batch(batch)
        answers |= {request.key: answer for request, answer in zip(batch, heard, strict=True)}
    return [answers[request.key] for request in asked]


@pytest.mark.parametrize("kind", [Kind.PARTIAL, Kind.FINAL])
@pytest.mark.parametrize(("name", "languages"), [("tiny.en", ("en",)), ("base", ("en", "ru"))])
def test_a_batch_of_many_says_what_batches_of_one_say(
    name: str,
    languages: tuple[str, ...],
    kind: Kind,
    heard: Heard,
    eval_manifest: Sequence[Recording],
    report: list[str],
) -> None:
    of_each = 12 // len(languages)
    rows = [
        row
        for language in languages
        for row in [row for row in eval_manifest if row.scored and row.language == language][:of_each]
    ]
    model = heard.engine(name)
    # Lists of one length in tokens may share a batch although they are different lists.
    asked = windows(rows, kind, [()])
    many = together(model, asked)
    alone = [model.decode_batch([request])[0] for request in asked]
    assert [one.language for one in many] == [one.language for one in alone]
    pairs = list(zip(many, alone, strict=True))
    other = [index for index, (one, single) in enumerate(pairs) if one.text != single.text]
    report.append(f"{name}, {kind}: {len(other)} of {len(asked)} windows differ between a batch and alone")
    assert len(other) <= TIES * len(asked) + 1, [(many[index].text, alone[index].text) for index in other]
    same = [pair for index, pair in enumerate(pairs) if index not in other]
    for one, single in same:
        moved = [abs(here.start - there.start) for here, there in zip(one.words, single.words, strict=True)]
        assert max(moved, default=0) <= NEAR * SAMPLE_RATE
    if kind.whole:
        assert all(one.words for one, _ in same)


def test_each_item_of_a_batch_keeps_its_own_hotwords(
    heard: Heard, eval_manifest: Sequence[Recording]
) -> None:
    rows = [row for row in eval_manifest if row.scored and row.language == "en"][:6]
    model = heard.engine("tiny.en")
    asked = windows(rows, Kind.FINAL, [("Steno",), ("Monday",), ()])
    many = {
        request.key: answer
        for batch in (
            [request for request in asked if model.batch_key(request) == key]
            for key in {model.batch_key(request) for request in asked}
        )
        for request, answer in zip(batch, model.decode_batch(batch), strict=True)
    }
    alone = {request.key: model.decode_batch([request])[0] for request in asked}
    differ = [key for key in many if many[key].text != alone[key].text]
    assert len(differ) <= 1, [(many[key].text, alone[key].text) for key in differ]
