"""Captions on a screen: finals stay, pending words are dim, and the wire cannot command the terminal."""

import io

import pytest
from rich.console import Console

from loadtest.latency import Figure, Latency
from server.cli.screen import CaptionScreen, caption_line, clock, latency_table, plain
from tests.support.scripted_wire import caption


def shown(*messages: dict[str, object], terminal: bool = False) -> str:
    out = io.StringIO()
    with CaptionScreen(Console(file=out, force_terminal=terminal, width=60, color_system=None)) as screen:
        for message in messages:
            screen.show(message)
    return out.getvalue()


def test_without_a_terminal_only_finals_are_printed_one_a_line() -> None:
    long = "word " * 40
    text = shown(caption("", "hel"), caption("hello", "wor"), caption(long, final=True, start=83.4))
    assert text == f"[1:23] {long}\n"


def test_on_a_terminal_pending_words_are_seen_at_once() -> None:
    text = shown(caption("hello", "wor"), caption("hello world", final=True), terminal=True)
    assert "[0:00] hello wor" in text
    assert "[0:00] hello world" in text


def test_what_never_became_final_is_left_on_the_screen() -> None:
    assert shown(caption("hello", "wor"), terminal=True).endswith("[0:00] hello wor\n")


@pytest.mark.parametrize("kind", ["resumed", "ended"])
def test_what_a_server_does_not_tell_again_leaves_the_screen(kind: str) -> None:
    text = shown(caption("hello", "wor"), {"type": kind}, terminal=True)
    assert not text.endswith("hello wor\n")


def test_pending_is_dim_and_settled_is_not() -> None:
    line = caption_line(caption("hello", "world", speaker="Ann"))
    assert line.plain == "[0:00] Ann: hello world"
    assert [line.plain[span.start : span.end] for span in line.spans if span.style == "default dim"] == [
        " world"
    ]


def test_gaps_and_errors_are_said() -> None:
    text = shown(
        {"type": "gap", "start": 61, "end": 62, "reason": "overload"},
        {"type": "error", "code": "x", "message": "It broke."},
        {"type": "load", "level": "normal"},
    )
    assert text == "[1:01] … audio missing: overload\nIt broke.\n"


def test_text_that_looks_like_markup_or_control_stays_text() -> None:
    text = shown(caption("[bold]a[/bold]\x1b[2Jb\nc", final=True))
    assert text == "[0:00] [bold]a[/bold] [2Jb c\n"
    assert plain(None) == ""


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (83.9, "1:23"), (3683, "1:01:23")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_the_table_shows_medians_and_dashes_for_what_was_not_measured() -> None:
    out = io.StringIO()
    figures = Latency(Figure(1, 0.5, 0.5), Figure(9, 0.7, 1.25), Figure(0, None, None), None)
    Console(file=out, width=100).print(latency_table(figures))
    text = out.getvalue()
    assert "0.70 s" in text
    assert "1.25 s" in text
    assert "–" in text
