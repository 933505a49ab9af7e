"""The report without a language model: what it finds, what it never claims, how fast it is."""

import time

import pytest

from summarizer.extractive import extractive_report
from summarizer.render import html, markdown
from summarizer.schema import InvalidReport, Line, Report, Section, from_json, to_json
from summarizer.template import BUILT_IN, InvalidTemplate, built_in, read_template
from tests.unit.summarizer.true_items import GOLD_OPEN, GOLD_TASKS, lines

LANGUAGES = ("en", "ru")


def section(report: Report, key: str) -> Section:
    return next(section for section in report.sections if section.key == key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_possible_follow_ups_are_mostly_tasks_of_the_gold(language: str) -> None:
    found = {
        int(item.cites[0]) for item in section(extractive_report("m", lines(language)), "follow_ups").items
    }
    right = found & (GOLD_TASKS[language] | GOLD_OPEN[language])
    assert len(right) >= 0.8 * len(found)
    assert len(found & GOLD_TASKS[language]) >= 0.5 * len(GOLD_TASKS[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_promises_no_decision_and_says_that_no_model_was_used(language: str) -> None:
    report = extractive_report("m", lines(language))
    headings = " ".join(section.heading.lower() for section in report.sections)
    assert not any(word in headings for word in ("decision", "action", "решени", "задач"))
    note = {"en": "No language model was used", "ru": "Языковая модель не использовалась"}[language]
    assert note in markdown(report)
    assert note in html(report)
    assert report.language == language


def test_silence_is_a_report_too() -> None:
    report = extractive_report("m", [])
    assert report.sections == ()
    assert "Nothing was said" in markdown(report)


def test_talk_time_adds_up() -> None:
    meeting = lines("en")
    report = extractive_report("m", meeting)
    assert sum(spent for _, spent in report.stats.talk_time) == pytest.approx(
        sum(line.end - line.start for line in meeting), abs=0.5
    )
    assert report.stats.talk_time[0][0] == "Anna"


def test_a_three_hour_meeting_takes_less_than_a_second_of_processor_time() -> None:
    said = [line for language in LANGUAGES for line in lines(language)]
    rounds = 30_000 // sum(len(line.text.split()) for line in said) + 1
    meeting = [
        Line(
            f"{turn}-{place}",
            line.speaker,
            10_800 * turn / rounds + place,
            10_800 * turn / rounds + place + 1,
            line.text,
        )
        for turn in range(rounds)
        for place, line in enumerate(said)
    ]
    began = time.process_time()
    extractive_report("m", meeting)
    assert time.process_time() - began < 1.0


def test_a_foreign_document_is_no_report() -> None:
    document = to_json(extractive_report("m", lines("en")))
    assert from_json(document).meeting_id == "m"
    for wrong in ("{}", "[]", "x", document.replace('"schema":1', '"schema":2'), document[:-1] + ',"x":1}'):
        with pytest.raises(InvalidReport, match="not a report of schema 1"):
            from_json(wrong)


def test_every_built_in_template_reads_in_both_languages() -> None:
    for name in BUILT_IN:
        template = built_in(name)
        assert template.name == name
        for part in (template.title, *(section.heading for section in template.sections)):
            assert part.of("en") != part.of("ru-RU")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("version = 1", "version = 0"), "version"),
        (('kind = "bullets"', 'kind = "poem"'), "sections.0.kind"),
        (('key = "decisions"', 'key = "summary"'), "stands twice"),
        (("max_items = 6", "max_items = 6\nsize = 1"), "sections.0.size"),
        (('name = "general"', "name = "), "not TOML"),
    ],
)
def test_a_faulty_template_is_refused_with_the_place(change: tuple[str, str], complaint: str) -> None:
    text = """name = "general"
version = 1
title = { en = "T", ru = "Т" }
[[sections]]
key = "summary"
kind = "bullets"
max_items = 6
instruction = "What?"
heading = { en = "S", ru = "И" }
[[sections]]
key = "decisions"
kind = "decisions"
max_items = 3
instruction = "What?"
heading = { en = "D", ru = "Р" }
"""
    read_template(text)
    with pytest.raises(InvalidTemplate, match=complaint):
        read_template(text.replace(*change))
