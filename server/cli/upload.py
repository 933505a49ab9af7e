"""`steno upload`: a recording is sent to a server, which hears it when no live speech waits.

It is sent in pieces by tus 1.0. A connection that breaks is taken up where it was, and so is a command that
was ended: where each file was sent to is remembered in the user's cache until it is whole.
"""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

import httpx
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from server.cli import terminal
from server.cli.calls import LOCAL, SECONDS, Key, Url, sentence_of
from server.files import tus

PIECE: Final = 8 << 20
DELAYS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each new try; after the last one the command ends, and may be run again."""
LOOK_SECONDS: Final = 1.0
SPOKEN: Final = {"Tus-Resumable": tus.VERSION}
OVER: Final = ("done", "cancelled", "failed")
REMEMBERED: Final = Path("~/.cache/steno/uploads.json")


def upload(
    file: Annotated[Path, typer.Argument(help="Audio or video file.", exists=True, dir_okay=False)],
    *,
    url: Url = LOCAL,
    key: Key = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Language that may be spoken; repeat for several.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the meeting; else the file's name.")] = None,
    meeting: Annotated[str | None, typer.Option(help="Meeting to add it to; else a new one.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until it is heard.")] = True,
) -> None:
    """Send a recording to a server and print its meeting."""
    fields = {"filename": file.name, "title": title, "meeting": meeting}
    if language:
        fields["languages"] = ",".join(language)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=SECONDS) as client, _bar() as bar:
        sending = Sending(client, file, {name: text for name, text in fields.items() if text}, bar)
        told = sending.run()
        if wait:
            told = _heard(client, told, bar)
    if told["status"] in {"failed", "cancelled"}:
        error = told["error"] or {"message": "The upload was cancelled."}
        terminal.fail(error["message"])
    typer.echo(told["meeting"])


class Sending:
    """One file on its way."""

    def __init__(self, client: httpx.Client, file: Path, fields: dict[str, str], bar: Progress) -> None:
        self._client = client
        self._file = file
        self._fields = fields
        self._size = file.stat().st_size
        self._bar = bar
        self._task = bar.add_task("Sending", total=self._size)
        self._memory = Memory(f"{client.base_url}|{file.resolve()}|{self._size}|{file.stat().st_mtime_ns}")

    def run(self) -> dict[str, Any]:
        """Send what the server does not have; what it says of the upload then."""
        tries = iter(DELAYS)
        while True:
            before = self._bar.tasks[0].completed
            try:
                with self._file.open("rb") as data:
                    return self._send(data)
            except httpx.TransportError as error:
                if self._bar.tasks[0].completed > before:
                    tries = iter(DELAYS)
                delay = next(tries, None)
                if delay is None:
                    terminal.fail(f"{self._client.base_url} does not answer: {error}; run the command again")
                time.sleep(delay)

    def _send(self, data: BinaryIO) -> dict[str, Any]:
        address, offset = self._begun() or (self._create(), 0)
        while offset < self._size:
            self._bar.update(self._task, completed=offset)
            data.seek(offset)
            headers = {**SPOKEN, "Upload-Offset": str(offset), "Content-Type": tus.CHUNK}
            answer = self._client.patch(address, content=data.read(PIECE), headers=headers)
            if answer.status_code == 409 and (begun := self._begun()) is not None:
                offset = begun[1]
                continue
            if answer.is_error:
                self._memory.forget()
            offset = int(_good(answer).headers["upload-offset"])
        self._bar.update(self._task, completed=offset)
        self._memory.forget()
        told: dict[str, Any] = _good(self._client.get(address)).json()
        return told

    def _begun(self) -> tuple[str, int] | None:
        """Where the file was sent to before, and how much of it is there."""
        address = self._memory.address
        if address is None:
            return None
        head = self._client.head(address, headers=SPOKEN)
        offset = head.headers.get("upload-offset")
        if head.is_error or offset is None:
            return None
        return address, int(offset)

    def _create(self) -> str:
        coded = {name: base64.b64encode(text.encode()).decode() for name, text in self._fields.items()}
        metadata = ",".join(f"{name} {text}" for name, text in coded.items())
        headers = {**SPOKEN, "Upload-Length": str(self._size), "Upload-Metadata": metadata}
        address: str = _good(self._client.post("/v1/uploads", headers=headers)).headers["location"]
        self._memory.remember(address)
        return address


class Memory:
    """Where one file was sent to, over several runs of the command."""

    def __init__(self, what: str, path: Path = REMEMBERED) -> None:
        self._name = hashlib.sha256(what.encode()).hexdigest()
        self._path = path.expanduser()

    @property
    def address(self) -> str | None:
        """The address, if it is known."""
        found = self._read().get(self._name)
        return found if isinstance(found, str) else None

    def remember(self, address: str) -> None:
        """Keep it."""
        self._write({**self._read(), self._name: address})

    def forget(self) -> None:
        """Keep it no more."""
        self._write({name: address for name, address in self._read().items() if name != self._name})

    def _read(self) -> dict[str, Any]:
        try:
            value = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def _write(self, value: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(value), "utf-8")


def _heard(client: httpx.Client, told: dict[str, Any], bar: Progress) -> dict[str, Any]:
    """Wait for the last state."""
    task = bar.add_task("Hearing", total=told["seconds"])
    while told["status"] not in OVER:
        bar.update(task, completed=told["heard"])
        time.sleep(LOOK_SECONDS)
        try:
            told = _good(client.get(f"/v1/uploads/{told['id']}")).json()
        except httpx.TransportError:
            continue
    return told


def _good(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        terminal.fail(sentence_of(answer))
    return answer


@contextmanager
def _bar() -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal.errors, transient=True) as bar:
        yield bar
