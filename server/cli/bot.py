"""`steno bot`: a bot is sent to a meeting, and what becomes of it is told until it has left.

The bot is the server's: it goes on when the command is ended.
"""

import json
import time
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from server.cli import terminal
from server.cli.calls import LOCAL, Key, Server, Url
from server.recorder.states import LAST

LOOK_SECONDS: Final = 1.0


def bot(
    meeting_url: Annotated[str, typer.Argument(help="The address that people open.")],
    *,
    url: Url = LOCAL,
    key: Key = None,
    name: Annotated[str | None, typer.Option(help="The name under which it joins.")] = None,
    at: Annotated[
        datetime | None,
        typer.Option(help="When it joins, by this machine's clock; else at once."),
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Language that may be spoken; repeat for several.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the meeting.")] = None,
    template: Annotated[str | None, typer.Option(help="Template of the report.")] = None,
    leave_when: Annotated[
        str | None,
        typer.Option(help='As JSON: {"empty_seconds": 60, "silence_seconds": 900, "max_minutes": 240}.'),
    ] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Keep the text, the chat and the images of the meeting's page.")
    ] = False,
    slides: Annotated[
        bool, typer.Option("--slides", help="Keep what is shared in the meeting as pictures.")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Tell what becomes of it until it has left.")] = True,
) -> None:
    """Send a bot to a meeting and print the id of what it hears."""
    given = {
        "meeting_url": meeting_url,
        "name": name,
        "join_at": at.astimezone().isoformat() if at else None,
        "languages": language,
        "title": title,
        "template": template,
        "leave_when": _rules(leave_when),
        "capture": {"page": page, "slides": slides},
    }
    server = Server(url, key)
    body = {field: value for field, value in given.items() if value is not None}
    sent: dict[str, Any] = server.call("POST", "/v1/bots", json=body).json()
    if wait:
        sent = _followed(server, sent)
    if sent["status"] == "failed":
        terminal.fail(sent["reason"]["message"])
    typer.echo(sent["meeting_id"])


def _rules(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        terminal.fail("--leave-when is not JSON.")


def _followed(server: Server, bot: dict[str, Any]) -> dict[str, Any]:
    """Tell each change of a bot, until it is over."""
    shown = 0
    while True:
        for change in bot["history"][shown:]:
            why = f": {change['reason']['message']}" if change["reason"] else ""
            terminal.tell(f"{change['status'].replace('_', ' ')}{why}")
        shown = len(bot["history"])
        if bot["status"] in LAST:
            return bot
        time.sleep(LOOK_SECONDS)
        bot = server.call("GET", f"/v1/bots/{bot['id']}").json()
