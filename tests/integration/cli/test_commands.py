"""The commands as a person runs them: real processes and sockets, a scripted server behind the wire."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from server.cli.demo import demo
from server.cli.transcribe import transcribe
from server.settings import Settings
from tests.support.media import pack, tone
from tests.support.resuming_wire import ResumingWire, resuming_wire
from tests.support.scripted_wire import ENDED, READY, Script, caption, scripted_wire

STREAM = "import typer; from server.cli.stream import stream; typer.run(stream)"
FINAL = caption("Hello, world.", final=True, words=[{"word": "Hello,", "start": 0.1, "end": 0.5}])
runner = CliRunner()


async def start(*arguments: str, stdin: int = DEVNULL) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", STREAM, *arguments, stdin=stdin, stdout=PIPE, stderr=PIPE
    )


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "talk.ogg"
    path.write_bytes(pack(tone(1.0), "ogg"))
    return path


async def test_stream_prints_the_finals_of_a_file(recording: Path) -> None:
    script = Script(on_stop=[caption("Hello"), FINAL, ENDED])
    async with scripted_wire(script) as url:
        process = await start(str(recording), "--url", url, "--speed", "0", "--language", "en")
        out, errors = await process.communicate()
    assert (process.returncode, out.decode(), errors) == (0, "[0:00] Hello, world.\n", b"")
    assert script.received[0]["languages"] == ["en"]
    assert len(script.audio) == pytest.approx(32_000, abs=700)


async def test_stream_prints_every_message_as_json(recording: Path) -> None:
    async with scripted_wire(Script(on_stop=[FINAL, ENDED])) as url:
        process = await start(str(recording), "--url", url, "--speed", "0", "--json")
        out, _ = await process.communicate()
    assert [json.loads(line) for line in out.decode().splitlines()] == [READY, FINAL, ENDED]


async def test_stream_goes_on_after_a_lost_connection_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "talk.ogg"
    path.write_bytes(pack(tone(4.5), "ogg"))
    wire = ResumingWire(cuts=[2], forgetful=True)
    async with resuming_wire(wire) as url:
        process = await start(str(path), "--url", url, "--speed", "0")
        out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert [line[:6] for line in out.decode().splitlines()] == ["[0:00]", "[0:01]", "[0:02]", "[0:03]"]
    assert b"Trying again in 0." in errors
    assert b"Connected again; " in errors


async def test_stream_reads_raw_samples_from_a_pipe_until_ctrl_c() -> None:
    script = Script(on_stop=[FINAL, ENDED])
    heard = asyncio.Event()

    def on_audio(seconds: float) -> list[dict[str, object]]:
        heard.set()
        return []

    script.on_audio = on_audio
    async with scripted_wire(script) as url:
        process = await start("-", "--url", url, stdin=PIPE)
        assert process.stdin
        process.stdin.write(bytes(range(256)) * 5 + b"\x01")
        await process.stdin.drain()
        await asyncio.wait_for(heard.wait(), 30)
        process.send_signal(signal.SIGINT)
        process.stdin.write(bytes(64_001))
        out, errors = await process.communicate()
    assert (process.returncode, out, errors) == (0, b"[0:00] Hello, world.\n", b"")
    assert script.received[-1] == {"type": "stop"}


async def test_a_failure_is_one_sentence_and_a_code(recording: Path) -> None:
    async with scripted_wire(Script(refuse=401)) as url:
        process = await start(str(recording), "--url", url)
        out, errors = await process.communicate()
    assert (process.returncode, out, errors) == (1, b"", b"Error: Show a valid key.\n")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """The commands that start a server get one that plays this script."""
    script = Script(on_stop=[FINAL, ENDED], transcript="1\nHello, world.\n")

    @asynccontextmanager
    async def running_server(settings: Settings, *, scratch: bool = False) -> AsyncIterator[SimpleNamespace]:
        async with scripted_wire(script) as url:
            yield SimpleNamespace(url=url.replace("ws", "http", 1))

    monkeypatch.setitem(sys.modules, "server.app", SimpleNamespace(running_server=running_server))
    return script


def command(function: object) -> typer.Typer:
    app = typer.Typer()
    app.command()(function)  # type: ignore[type-var]
    return app


def test_transcribe_writes_what_the_server_says_the_transcript_is(
    script: Script, recording: Path, tmp_path: Path
) -> None:
    out = tmp_path / "talk.srt"
    result = runner.invoke(command(transcribe), [str(recording), "--format", "srt", "--out", str(out)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text() == script.transcript
    assert script.paths[-1].endswith("transcript?format=srt")
    assert script.received[0]["title"] == "talk.ogg"
    printed = runner.invoke(command(transcribe), [str(recording)])
    assert printed.stdout == script.transcript


def test_transcribe_notices_before_the_work_that_there_is_no_folder(script: Script, recording: Path) -> None:
    result = runner.invoke(command(transcribe), [str(recording), "--out", "/nowhere/at/all.txt"])
    assert result.exit_code == 1
    assert "There is no folder /nowhere/at" in result.stderr
    assert not script.paths


def test_demo_shows_captions_transcript_and_figures(script: Script, recording: Path) -> None:
    result = runner.invoke(command(demo), [str(recording), "--exit"])
    assert result.exit_code == 0, result.output
    assert "[0:00] Hello, world." in result.stdout
    assert "Live page: http://127.0.0.1" in result.stdout
    assert "end of speech → final caption" in result.stdout
    assert result.stdout.index("Transcript") < result.stdout.index("Latency")


def test_a_refusal_within_demo_is_one_sentence(script: Script, recording: Path) -> None:
    script.on_start = [{"type": "error", "code": "full", "message": "No room.", "fatal": True}]
    result = runner.invoke(command(demo), [str(recording)])
    assert result.exit_code == 1
    assert result.stderr == "Error: No room.\n"
