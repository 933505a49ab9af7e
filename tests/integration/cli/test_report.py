"""`steno report` and `steno jobs` on a whole server: a stream ends, a language model writes, a person reads.

The server is a process of its own with its database and queue; speech and both models are scripted.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from server.cli.main import app
from tests.support.node import undisturbed, wire_audio
from tests.support.process import SCRIPTED, Server, short_folder, started
from tests.support.scripted_model import Answer, ScriptedModel, asked_of, refusal, transcript_of
from tests.support.server import running
from tests.support.speech import join, say, silence

PAUSE = silence(0.9)
AUDIO = wire_audio(join(PAUSE, say("alpha bravo charlie delta"), PAUSE))
runner = CliRunner()


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder with a short name, for the sake of its sockets."""
    with short_folder() as folder:
        yield folder


async def command(*arguments: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    result = await asyncio.to_thread(runner.invoke, app, list(arguments))
    return result.exit_code, result.output


async def test_a_report_is_read_rewritten_and_retried_from_the_command_line(data: Path) -> None:
    allowed = [False]

    def script(body: dict[str, Any]) -> Answer:
        if not allowed[0]:
            return refusal("no such key", 401)
        if "cats" in asked_of(body):
            return Answer('{"zebra": 41}')
        heard = "alpha bravo charlie delta"
        assert heard in transcript_of(body)
        items = [{"cites": [1], "text": f"They said {heard}"}]
        return Answer("{}" if '"gist"' in asked_of(body) else json.dumps({"items": items}))

    async with running(ScriptedModel(script).app) as address:
        model = {"llm_url": f"{address}/v1", "llm_model": "small", "llm_key": "secret-key"}
        serving = started(data, SCRIPTED, **model)
        server = await asyncio.to_thread(serving.__enter__)
        try:
            await _read_and_replay(server, allowed)
        finally:
            await asyncio.to_thread(serving.__exit__, None, None, None)
    assert "secret-key" not in (data / "log").read_text()
    assert "alpha" not in (data / "log").read_text()


async def _read_and_replay(server: Server, allowed: list[bool]) -> None:
    at = ("--url", server.url)
    meeting = (await undisturbed(server.stream, AUDIO)).meeting
    while "refuses the key" not in (text := (await command("report", meeting, *at))[1]):
        assert "alpha" in text, "there is a report from the first moment on"
    code, text = await command("jobs", "list", *at)
    assert (code, "report-" in text) == (0, True)
    allowed[0] = True
    assert (await command("jobs", "replay", f"report-{meeting}-1", *at))[0] == 0
    while "They said alpha" not in (await command("report", meeting, *at))[1]:
        pass
    code, text = await command("report", meeting, "--template", "standup", "--discard-edits", *at)
    assert (code, "They said alpha bravo charlie delta" in text) == (0, True), text
    swept, nothing = (await command("jobs", "list", *at))[1].splitlines()
    last = r"(no sweep has run yet|the last sweep, of [-\dT:]{16}, deleted 0)"
    assert re.fullmatch(rf"Meetings are kept; {last}\.", swept)
    assert nothing == "Nothing has failed."
    code, text = await command("report", "mtg_nobody", *at)
    assert (code, text) == (1, "Error: There is no meeting with this id.\n")
