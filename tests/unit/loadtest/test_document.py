"""The document states what the figures rest on; the page shows it and needs nothing else."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from loadtest.campaign import Campaign, Outcome, different_speech
from loadtest.capacity import Capacity, Objective
from loadtest.corpus import Corpus
from loadtest.document import document, rounded
from loadtest.engine import EngineReport
from loadtest.overload import overload
from loadtest.page import page
from loadtest.plan import Plan
from loadtest.report import report_run
from loadtest.runner import Target
from tests.unit.loadtest.made import caption, clip, run, script, stream

FACTS = {
    "date": "2026-01-01T00:00:00+00:00",
    "command": "steno bench --corpus '<b>'",
    "machine": {"processor": "Z80", "usable": 2, "threads": 4},
    "versions": {"python": "3.12"},
    "server": {"model": "tiny.en", "device": "cpu", "type": "int8"},
}
TALK = script((1.0, clip(4.0, "one two three four")))


def campaign(*numbers: int) -> Campaign:
    """Runs in which everybody was understood at once."""
    made = Campaign(Plan(), Corpus("made", (clip(),)), Target("http://x"), Objective(), lambda _: None)
    for number in numbers:
        streams = [
            stream(TALK, caption(5.5, "a", "one two three", 1.0, 5.0, final=True)) for _ in range(number)
        ]
        made.outcomes.append(Outcome(report_run(run(*streams)), (), None))
    return made


def test_all_that_a_credible_statement_needs_is_there() -> None:
    told = document(campaign(2, 1), Capacity(2, 3, ("late",)), FACTS)
    assert told["statement"].startswith(
        "2 speaking at once keep the objective: each talking 40% of the time, a word is shown "
    )
    assert told["statement"].endswith("tiny.en on Z80, 2 of 4 hardware threads (cpu, int8).")
    assert [one["speakers"] for one in told["runs"]] == [1, 2]
    assert told["capacity"] == {"speakers": 2, "limit": 3, "reasons": ["late"]}
    needed = {"plan", "duty", "refresh_interval", "clip_seconds", "partials", "word_delay", "final_delay"}
    assert needed <= set(told["runs"][0])
    assert {"date", "command", "machine", "versions", "server", "corpus", "objective"} <= set(told)
    assert json.loads(json.dumps(told)) == told


def test_a_machine_that_cannot_serve_even_one_is_told() -> None:
    told = document(campaign(1), Capacity(0, 1, ("late",)), FACTS)
    assert told["statement"].startswith("Not one speaker keeps the objective: tiny.en on Z80")


def test_without_a_search_the_largest_run_is_told() -> None:
    assert document(campaign(1, 3), None, FACTS)["statement"].startswith("3 speaking at once were measured: ")


@pytest.mark.parametrize("numbers", [(), (1,), (1, 2, 4)])
def test_the_page_loads_nothing_and_shows_text_as_text(numbers: tuple[int, ...]) -> None:
    shown = page(document(campaign(*numbers), None, FACTS))
    addresses = re.findall(r"""(?:src|href|url\(|@import)\W{0,3}[^\s"']*""", shown)
    assert addresses == []
    assert "<script" not in shown
    assert "<b>" not in shown
    assert shown.count("<svg") == 6
    assert shown.count("<tr>") == len(numbers) + 1


def measured_campaign() -> Campaign:
    """Runs whose server told of its model, and one with twice as many."""
    made = campaign(1, 2)
    share = {"final": {"encode": 0.2, "generate": 0.1}, "partial": {"encode": 0.3}}
    kinds = {"final": 10.0, "partial": 30.0}
    engine = EngineReport(10.0, 1.0, 0.6, share, kinds, kinds, kinds, kinds, kinds)
    made.outcomes = [replace(one, report=replace(one.report, engine=engine)) for one in made.outcomes]
    made.overloaded = overload(made.outcomes[1].report, made.outcomes[0].report, made.objective)
    return made


def test_offline_decoding_and_overload_stand_beside_the_runs_with_their_definitions() -> None:
    offline = {"speech_per_second": 16.0, "seconds": 30.0, "full_batch": {}}
    told = document(measured_campaign(), None, FACTS, offline)
    assert told["offline"] == offline
    assert told["runs"][0]["against_offline"]["of_offline"] == 0.025
    assert told["runs"][0]["against_offline"]["rest"]["idle"] == 0.4
    assert told["overload"]["beside"] == 1
    assert {"engine", "of_offline", "idle", "overload"} <= set(told["definitions"])
    shown = page(told)
    assert shown.count("<svg") == 7
    for words in ("final: generate, %", "encoding again, %", "wer points", "16 seconds of speech per second"):
        assert words in shown


def test_what_was_not_measured_is_not_defined() -> None:
    told = document(campaign(1), None, FACTS)
    assert (told["offline"], told["overload"], told["runs"][0]["against_offline"]) == (None, None, None)
    assert not {"of_offline", "overload"} & set(told["definitions"])


def test_floats_are_rounded_wherever_they_are() -> None:
    data: dict[str, Any] = {"a": 0.123456, "b": [{"c": (1.00001, None, "x", 3)}]}
    assert rounded(data) == {"a": 0.1235, "b": [{"c": [1.0, None, "x", 3]}]}


def test_one_speaker_says_every_clip_of_the_campaign_about_once() -> None:
    assert different_speech(Plan(seconds=60, duty=0.5)) == 30


def test_the_model_for_drafts_is_named_beside_that_of_the_finals() -> None:
    facts = {**FACTS, "server": {"model": "base", "partial_model": "tiny.en"}}
    assert "base, drafts tiny.en, on Z80" in document(campaign(1), None, facts)["statement"]
