"""Reports to be told about, made by hand, as the check of statements leaves them."""

from datetime import UTC, date, datetime
from typing import Any

from server.notify.message import About
from summarizer.schema import Item, Model, Quote, Report, Section, Stats

MODEL = Model("llm.example", "qwen3", "json_schema", 1, 1000, 200, 0, 4.0)
ABOUT = About("Launch review", datetime(2026, 11, 4, 9, 30, tzinfo=UTC), 4321.0)


def quote(text: str, at: float = 185.0, speaker: str = "Ann", segment: str = "s1-4") -> Quote:
    """Words that were said."""
    return Quote(segment, at, at + 5, text, speaker)


def item(text: str, *quotes: Quote, **more: Any) -> Item:
    """A statement; without quotes it rests on one of the same words."""
    quotes = quotes or (quote(f"I say: {text}"),)
    return Item("i1", text, tuple(one.segment_id for one in quotes), quotes, **more)


DECISIONS = Section(
    "decisions",
    "Decisions",
    "decisions",
    (
        item(
            "The app launches with Stripe on 4 November",
            quote("Okay, so we launch with Stripe on November fourth, everybody agreed?"),
            quote("Agreed.", 191.0, "Ben"),
        ),
    ),
)
ACTIONS = Section(
    "actions",
    "Action items",
    "actions",
    (
        item(
            "Fix the image picker",
            quote("I will have the image picker fixed by Thursday.", 1402.0, "Priya"),
            owner="Priya",
            due_text="by Thursday",
            due_date=date(2026, 11, 5),
        ),
    ),
)
QUESTIONS = Section(
    "questions",
    "Questions asked",
    "bullets",
    (item("Who pays for it?", quote("Who pays for it?", 3725.0, "Ben"), support="verbatim"),),
)


def report(*sections: Section, **more: Any) -> Report:
    """A whole report by a model, in English."""
    values: dict[str, Any] = {
        "meeting_id": "mtg_1",
        "template": "general",
        "template_version": 1,
        "language": "en",
        "status": "ok",
        "covered": ((0.0, 4321.0),),
        "stats": Stats(),
        "title": "",
        "gist": "",
        "sections": sections or (DECISIONS, ACTIONS, QUESTIONS),
        "model": MODEL,
    }
    return Report(**{**values, **more})
