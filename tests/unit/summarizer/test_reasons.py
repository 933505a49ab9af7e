"""Every reason that a reader of a report may meet is also there in Russian."""

import re

import pytest

from server.reporting import desk
from summarizer.assemble import report_of
from summarizer.drafts import Drafts, Meeting
from summarizer.extractive import extractive_report
from summarizer.reasons import _RUSSIAN, in_language
from summarizer.template import built_in
from tests.support.evalset import ROOT
from tests.unit.summarizer.true_items import MEETING_DAY, lines

_SENTENCE = re.compile(r'"((?:The|No) [^"]*?\bmodel\b[^"]*\.)"')
_RAISERS = ("assemble", "ladder", "llm", "writer")


def test_every_sentence_is_known() -> None:
    said = {
        re.sub(r"\{[^}]*\}", "#", sentence)
        for name in _RAISERS
        for sentence in _SENTENCE.findall((ROOT / "summarizer" / f"{name}.py").read_text("utf-8"))
    }
    # It asks for shorter windows, and nobody reads it.
    internal = {"The transcript is longer than the model's context."}
    of_the_desk = {desk.SPENT_TODAY, desk.OFF, desk.SUPERSEDED}
    assert (said - internal) | of_the_desk == set(_RUSSIAN)


@pytest.mark.parametrize(
    ("sentence", "russian"),
    [
        ("The language model is busy.", "Языковая модель занята."),
        (
            "The language model's server answered with an error (503).",
            "Сервер языковой модели ответил ошибкой (503).",
        ),
        ("Something else.", "Something else."),
    ],
)
def test_a_russian_report_gives_its_reason_in_russian(sentence: str, russian: str) -> None:
    assert in_language(sentence, "en") == sentence
    assert extractive_report("m", lines("ru"), reason=sentence).reason == russian


def test_an_unfinished_russian_report_says_so_in_russian() -> None:
    meeting = Meeting("m", "", MEETING_DAY, "ru", tuple(lines("ru")))
    reason = report_of(meeting, built_in("general"), Drafts()).reason
    assert reason == "Языковая модель ответила не на все вопросы."
