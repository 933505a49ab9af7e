"""What partners copy works: every program in `examples/`, and every curl line of the README as it stands."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from tests.sdk.scripts import Scripts
from tests.sdk.speech import KEY, MOST_WRONG, speech, wrong
from tests.support.evalset import ROOT
from tests.support.process import Server
from tests.support.recordings import RATE, encoded

EXAMPLES = ROOT / "examples"
IN_PYTHON = ("python/live.py", "python/openai_file.py", "python/deepgram_live.py")
IN_JAVASCRIPT = ("javascript/live.mjs", "javascript/token.mjs")
RECEIVER = "python/webhook_receiver.py"
BY_CURL = "curl.sh"
ELSEWHERE = {"widget.html": "tests/browser/test_widget.py"}
"""Run by another file of tests, since it needs a browser."""
SECONDS = 120
ORIGIN = "https://partner.example"
SECRET = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cy1vZi1zdGVubw=="

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what was said, under the names that the README uses."""
    folder = tmp_path_factory.mktemp("talk")
    (folder / "talk.wav").write_bytes(encoded(speech(), "wav", "pcm_s16le", RATE))
    (folder / "meeting.ogg").write_bytes(encoded(speech(), "ogg", "libopus", 48_000))
    return folder


def run(command: list[str], folder: Path) -> str:
    """What a program prints; one that fails shows what it said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def said(printed: str) -> str:
    """The words of lines that begin with a time."""
    return " ".join(line[7:].strip() for line in printed.splitlines() if re.match(r" *\d+\.\d\d ", line))


@pytest.mark.parametrize("name", IN_PYTHON)
def test_a_program_in_python(sdk_server: Server, talk: Path, name: str) -> None:
    live = name == "python/live.py"
    address = sdk_server.url.replace("http", "ws", 1) if live else sdk_server.url
    printed = run([sys.executable, str(EXAMPLES / name), "talk.wav", address, KEY], talk)
    assert wrong(said(printed)) <= MOST_WRONG, printed
    if live:
        assert json.loads(printed.splitlines()[-1])["lost"] == 0


def signed(body: str) -> dict[str, str]:
    """The headers of a genuine event."""
    now = datetime.now(UTC)
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("evt_1", now, body),
    }


def answer(port: int, headers: dict[str, str], body: str = "") -> int:
    """The status of a call with exactly these headers, whatever its body is."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
        connection.putrequest("POST", "/")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body.encode() or None)
        return connection.getresponse().status


def test_a_receiver_of_webhooks_takes_what_is_genuine_and_nothing_else() -> None:
    command = [sys.executable, str(EXAMPLES / RECEIVER), SECRET, "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as receiver:
        try:
            assert receiver.stdout is not None
            port = int(receiver.stdout.readline().split()[-1])
            body = '{"type": "meeting.ended"}'
            genuine, length = signed(body), {"content-length": str(len(body))}
            answers = [
                answer(port, {**genuine, **length}, body),
                answer(port, {**genuine, **length}, body.replace("ended", "taken")),
                answer(port, {**genuine, "content-length": str((1 << 20) + 1)}),
                answer(port, {**genuine, "content-length": "-1"}),
                answer(port, genuine),
            ]
            printed = receiver.stdout.readline()
        finally:
            receiver.terminate()
    assert (answers, printed) == ([204, 400, 413, 411, 411], "meeting.ended\n")


def test_programs_in_javascript(sdk_server: Server, talk: Path, scripts: Scripts) -> None:
    for name in IN_JAVASCRIPT:
        shutil.copy(EXAMPLES / name, scripts.folder)
    sockets = sdk_server.url.replace("http", "ws", 1)
    live = ["node", "live.mjs", str(talk / "talk.wav"), sockets, KEY]
    assert wrong(said(run(live, scripts.folder))) <= MOST_WRONG
    meeting = newest(sdk_server)
    page = run(["node", "token.mjs", meeting, ORIGIN, sdk_server.url, KEY], scripts.folder)
    token = re.search(r'token="([^"]+)"', page)
    assert token is not None
    watch = f"{sdk_server.url}/v1/meetings/{meeting}/transcript"
    allowed = httpx.get(f"{watch}?token={token[1]}", headers={"Origin": ORIGIN}, trust_env=False)
    elsewhere = httpx.get(
        f"{watch}?token={token[1]}", headers={"Origin": "https://x.example"}, trust_env=False
    )
    assert (allowed.status_code, elsewhere.status_code) == (200, 403)


def test_curl_takes_a_recording_from_the_upload_to_the_deletion(sdk_server: Server, talk: Path) -> None:
    printed = run(["sh", str(EXAMPLES / BY_CURL), "meeting.ogg", sdk_server.url, KEY], talk)
    words = printed.split('{"data"', 1)[0]
    assert "quarterly budget review" in words
    assert '"removed"' in printed
    meeting = printed.split()[1]
    gone = httpx.get(f"{sdk_server.url}/v1/meetings/{meeting}", headers=bearer(), trust_env=False)
    assert gone.status_code == 404


def test_curl_gives_up_on_a_recording_that_is_not_heard_in_time(sdk_server: Server, talk: Path) -> None:
    command = ["sh", str(EXAMPLES / BY_CURL), "meeting.ogg", sdk_server.url, KEY, "0"]
    done = subprocess.run(command, cwd=talk, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stderr.endswith("has not ended\n")) == (1, True), done.stderr


def test_every_program_is_run() -> None:
    there = {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*") if path.is_file()}
    compiled = {name for name in there if "__pycache__" in name}
    assert there - compiled == {*IN_PYTHON, *IN_JAVASCRIPT, RECEIVER, BY_CURL, *ELSEWHERE}
    for name, tests in ELSEWHERE.items():
        assert name in (ROOT / tests).read_text()


def curl_lines() -> Iterator[str]:
    """The commands in the README that begin with curl, their continuations joined."""
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL):
        commands = re.split(r"\n(?=\S)", block.strip())
        yield from (command for command in commands if command.startswith("curl "))


LINES = list(curl_lines())


def test_the_readme_has_lines_of_curl() -> None:
    assert len(LINES) >= 5


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_readme_works_as_it_stands(sdk_server: Server, talk: Path, line: str) -> None:
    made = httpx.post(f"{sdk_server.url}/v1/meetings", headers=bearer(), trust_env=False).json()["id"]
    command = line.replace("http://127.0.0.1:8080", sdk_server.url).replace("MEETING", made)
    command = command.replace("curl ", f"curl -sS --fail-with-body -H 'Authorization: Bearer {KEY}' ", 1)
    run(["sh", "-c", command], talk)


def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {KEY}"}


def newest(server: Server) -> str:
    """The meeting that was made last."""
    answer = httpx.get(f"{server.url}/v1/meetings?limit=1", headers=bearer(), trust_env=False)
    return str(answer.json()["data"][0]["id"])
