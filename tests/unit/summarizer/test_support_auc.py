"""Support tells a human sentence's own span from another span of the same meeting, on real meetings."""

import json
import re
from pathlib import Path

import pytest

from summarizer.evidence import Evidence
from summarizer.schema import Line
from summarizer.words import sentences
from tests.support.evalset import find_shared

AUC = 0.90


def _meeting(rows: list[dict[str, str]]) -> Evidence:
    """Without the marks of the annotators, such as `{vocalsound}`."""
    texts = [" ".join(re.sub(r"\{\w+\}", "", row["content"]).split()) for row in rows]
    return Evidence(
        Line(str(place), row["speaker"], place, place + 1, text)
        for place, (row, text) in enumerate(zip(rows, texts, strict=True))
    )


def _scores(path: Path) -> tuple[list[float], list[float]]:
    """The support of each sentence of the answers by its own span, and by spans apart from it."""
    document = json.loads(path.read_text("utf-8"))
    evidence = _meeting(document["meeting_transcripts"])
    answers = [
        (
            query["answer"],
            {place for a, b in query["relevant_text_span"] for place in range(int(a), int(b) + 1)},
        )
        for query in document["specific_query_list"]
    ]
    own, other = [], []
    for answer, span in answers:
        for sentence in sentences(answer):
            if len(sentence.split()) >= 5:
                own.append(evidence.support(sentence, span))
                other += [evidence.support(sentence, apart) for _, apart in answers if not apart & span]
    return own, other


@pytest.mark.eval
def test_the_right_span_supports_more_than_a_wrong_one() -> None:
    shared = find_shared()
    paths = sorted((shared / "eval" / "report").glob("qmsum-*.json")) if shared else []
    if not paths:
        pytest.skip("allowed: the reference meetings lie beside the repository, and do not here")
    scores = [_scores(path) for path in paths]
    own = [score for right, _ in scores for score in right]
    other = [score for _, wrong in scores for score in wrong]
    won = sum((right > wrong) + 0.5 * (right == wrong) for right in own for wrong in other)
    assert won / (len(own) * len(other)) >= AUC
