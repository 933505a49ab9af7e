"""`steno ingest`: have a server hear a stream from where it is broadcast, and see how far it is."""

import time
from typing import Annotated, Any, Final

import typer

from server.cli import terminal
from server.cli.calls import LOCAL, Key, Server, Url

LOOK_SECONDS: Final = 1.0
OVER: Final = ("ended", "failed")


def ingest(
    source: Annotated[
        str, typer.Argument(help="Address of the stream, or what to listen for: rtmp, rtsp or http.")
    ],
    *,
    url: Url = LOCAL,
    key: Key = None,
    meeting: Annotated[str | None, typer.Option(help="Meeting to hear it in; else a new one.")] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Language that may be spoken; repeat for several.")
    ] = None,
    speaker: Annotated[str | None, typer.Option(help="Who speaks in it.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until it is over; Ctrl-C ends it.")] = True,
) -> None:
    """Hear a stream in a meeting, which is printed."""
    server = Server(url, key)
    if meeting is None:
        meeting = server.call("POST", "/v1/meetings", json={}).json()["id"]
    body: dict[str, Any] = {"languages": language or [], "speaker": speaker}
    body |= {"listen": source} if source in {"rtmp", "rtsp", "http"} else {"url": source}
    path = f"/v1/meetings/{meeting}/ingest"
    made = server.call("POST", path, json=body).json()
    typer.echo(meeting)
    if made["address"]:
        typer.echo(f"Send to {made['address']}")
    if wait:
        _watch(server, f"{path}/{made['id']}")


def _watch(server: Server, path: str) -> None:
    """Tell each change of state, to the last one."""
    told = ""
    try:
        while True:
            now = server.call("GET", path).json()
            if now["state"] != told:
                told = now["state"]
                why = f": {now['error']['message']}" if now["error"] else ""
                typer.echo(f"{told}{why}", err=True)
            if told in OVER:
                break
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        server.call("DELETE", path)
        return
    if told == "failed":
        terminal.fail(now["error"]["message"])
