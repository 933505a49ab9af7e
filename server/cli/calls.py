"""Calls of a running server from a command: one client, and one sentence for whatever goes wrong."""

from typing import Annotated, Any

import httpx
import typer

from server.cli import terminal

LOCAL = "http://127.0.0.1:8080"
SECONDS = 30.0

Url = Annotated[str, typer.Option(help="Address of the server.")]
Key = Annotated[str | None, typer.Option(envvar="STENO_API_KEY", help="Key of the server.")]


class Server:
    """A server that answers, or the end of the command."""

    def __init__(self, url: str, key: str | None) -> None:
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._url = url.rstrip("/")

    def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        """A good answer. Anything else ends the command with the sentence of the server."""
        try:
            answer = httpx.request(
                method, f"{self._url}{path}", headers=self._headers, timeout=SECONDS, **given
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            terminal.fail(f"{self._url} does not answer: {error}")
        if answer.is_error:
            terminal.fail(sentence_of(answer))
        return answer

    def every(self, path: str) -> list[dict[str, Any]]:
        """All rows of a list, over all its pages."""
        page = self.call("GET", path).json()
        rows: list[dict[str, Any]] = page["data"]
        while page["next_cursor"] is not None:
            page = self.call("GET", path, params={"cursor": page["next_cursor"]}).json()
            rows += page["data"]
        return rows


def sentence_of(answer: httpx.Response) -> str:
    """What the server says of a call that it refused."""
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered with the status {answer.status_code}."
