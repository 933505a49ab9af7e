"""`steno upload` against a real server: it sends, goes on where it was, waits, and says what went wrong."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from server.cli import upload
from server.cli.main import app
from tests.support.files import spoken, wav_file
from tests.support.process import SCRIPTED, Server, steno
from tests.support.speech import silence


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with a scripted model."""
    with steno("scripted", program=SCRIPTED) as serving:
        yield serving


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command remembers."""
    monkeypatch.setattr(upload.Memory.__init__, "__defaults__", (tmp_path / "uploads.json",))
    return tmp_path / "uploads.json"


def send(server: Server, file: Path, *options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["upload", str(file), "--url", server.url, *options])


def text(server: Server, meeting: str) -> str:
    """The transcript."""
    answer = httpx.get(f"{server.url}/v1/meetings/{meeting}/transcript", params={"format": "txt"})
    return answer.text


def test_it_sends_waits_and_prints_the_meeting(server: Server, memory: Path, tmp_path: Path) -> None:
    done = send(server, wav_file(tmp_path, spoken("alpha bravo", "charlie")), "--language", "en")
    assert done.exit_code == 0, done.output
    meeting = done.stdout.strip()
    assert "alpha bravo" in text(server, meeting)
    assert httpx.get(f"{server.url}/v1/meetings/{meeting}").json()["title"] == "meeting.wav"
    assert memory.read_text() == "{}"


def test_it_goes_on_where_another_run_was_ended(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "PIECE", 20_000)
    monkeypatch.setattr(upload, "DELAYS", ())
    file = wav_file(tmp_path, spoken("alpha bravo", "charlie"))
    sent: list[object] = []
    patch = httpx.Client.patch

    def ended(client: httpx.Client, address: str, **given: object) -> httpx.Response:
        if len(sent) == 2:
            raise httpx.ConnectError("gone")
        sent.append(given["headers"])
        return patch(client, address, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(httpx.Client, "patch", ended)
    broken = send(server, file)
    assert broken.exit_code == 1
    assert "run the command again" in broken.output
    monkeypatch.setattr(httpx.Client, "patch", patch)
    held = httpx.get(f"{server.url}/v1/meetings").json()["data"]
    done = send(server, file)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == held[0]["id"], "the upload that was begun, not a new one"
    assert "charlie" in text(server, done.stdout.strip())


def test_what_the_server_refuses_is_said(server: Server, memory: Path, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no audio at all")
    refused = send(server, file)
    assert refused.exit_code == 1
    assert "cannot be opened" in refused.output
    assert memory.read_text() == "{}"
    unknown = send(server, wav_file(tmp_path, silence(1)), "--meeting", "mtg_none")
    assert "There is no meeting with this id." in unknown.output
