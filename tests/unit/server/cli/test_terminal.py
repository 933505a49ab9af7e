"""Whatever fails, a person reads one sentence."""

import pytest
import typer
from pydantic import ValidationError

from loadtest.client import WireError
from server.cli import terminal
from server.settings import Settings
from streaming.errors import ProtocolError


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ProtocolError("x", "The file is odd."), "The file is odd."),
        (WireError("x", "Nobody answers."), "Nobody answers."),
        (PermissionError(13, "Permission denied", "out.txt"), "Permission denied: out.txt."),
        (ExceptionGroup("", [ExceptionGroup("", [WireError("x", "Nobody answers.")])]), "Nobody answers."),
        (RuntimeError("no idea"), "RuntimeError: no idea"),
    ],
)
def test_an_error_is_one_sentence_and_exit_code_1(
    error: Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work() -> None:
        raise error

    with pytest.raises(typer.Exit) as caught:
        terminal.run(work())
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err == f"Error: {told}\n"


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENO_PORT", "99999")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert terminal.sentence(caught.value).startswith("The setting port is wrong: ")


def test_ctrl_c_that_left_something_undone_is_told_by_the_exit_code() -> None:
    async def work() -> None:
        raise KeyboardInterrupt

    with pytest.raises(typer.Exit) as caught:
        terminal.run(work())
    assert caught.value.exit_code == terminal.INTERRUPTED
