"""`steno doctor`: the configuration with its sources, the findings, and no secret anywhere."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from rich.console import Console

from server.cli import doctor
from server.cli.findings import Check, Finding, bad, good, note
from server.settings import Settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.upper().startswith("STENO_") or name.upper() == "DATABASE_URL":
            monkeypatch.delenv(name)


def printed(*checks: Check) -> tuple[bool, str]:
    """What the doctor answers and says."""
    console = Console(file=io.StringIO(), width=200)
    sound = doctor.report(console, os.environ, checks)
    assert isinstance(console.file, io.StringIO)
    return sound, console.file.getvalue()


def row(text: str, start: str) -> str:
    """The line of a table that begins with a word."""
    return next(line for line in text.splitlines() if start in line)


def test_every_setting_is_shown_with_where_it_came_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("steno_port", "9000")
    (tmp_path / ".env").write_text("STENO_MODEL=tiny.en\n")
    _, text = printed()
    assert [part.strip(" │") for part in row(text, "STENO_PORT").split("│")[1:4]] == [
        "STENO_PORT",
        "9000",
        "environment",
    ]
    assert ".env file" in row(text, "STENO_MODEL")
    assert "default" in row(text, "STENO_HOST")
    assert all(doctor.variable(name) in text for name in Settings.model_fields)


def test_secrets_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENO_API_KEY", "sk_very_secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:very_secret@127.0.0.1:1/x")
    _, text = printed()
    assert "secret" not in text
    assert "set, hidden" in row(text, "STENO_API_KEY")
    assert "set, hidden" in row(text, "DATABASE_URL")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENO_API_KEY", "")
    monkeypatch.setenv("DATABASE_URL", "")
    _, text = printed()
    assert "not set" in row(text, "STENO_API_KEY")
    assert "not set" in row(text, "DATABASE_URL")


def test_findings_are_shown_with_their_remedies() -> None:
    sound, text = printed(lambda _: good("One", "[fine]"), lambda _: note("Two", "odd", "look at it"))
    assert sound
    assert "✓ │ One" in text
    assert "[fine]" in text
    assert "! │ Two" in text
    assert "→ look at it" in text
    assert "Ready to start" in text


def test_one_bad_finding_is_enough() -> None:
    sound, text = printed(lambda _: good("One", "fine"), lambda _: bad("Two", "broken", "mend it"))
    assert not sound
    assert "✗ │ Two" in text
    assert "1 in the way of a start" in text


def test_a_check_that_breaks_does_not_hide_the_others() -> None:
    def breaks(_settings: Settings) -> Finding:
        raise ZeroDivisionError("by zero")

    sound, text = printed(breaks, lambda _: good("After", "fine"))
    assert not sound
    assert "breaks" in text
    assert "ZeroDivisionError: by zero" in text
    assert "After" in text


def test_a_wrong_configuration_is_told_by_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENO_PORT", "ninety")
    sound, text = printed()
    assert not sound
    assert "STENO_PORT" in text
    assert "'ninety'" in text
    assert "Port to listen on" in text


@pytest.mark.parametrize(("finding", "code"), [(good("A", "b"), None), (bad("A", "b"), 1)])
def test_the_exit_code_tells(monkeypatch: pytest.MonkeyPatch, finding: Finding, code: int | None) -> None:
    checks: Sequence[Check] = (lambda _: finding,)
    monkeypatch.setattr("server.cli.checks.CHECKS", checks)
    if code is None:
        doctor.doctor()
    else:
        with pytest.raises(typer.Exit) as caught:
            doctor.doctor()
        assert caught.value.exit_code == code
