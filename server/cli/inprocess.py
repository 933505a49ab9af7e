"""The whole server inside a command, and the one question that commands ask it over HTTP.

The server is only imported when it is started, so that commands which need none start at once.
"""

import socket
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Protocol, cast

import httpx

from loadtest.client import WireError
from server import logs
from server.memory import kept_for_good
from server.settings import Settings


class Running(Protocol):
    """A server that accepts connections."""

    @property
    def url(self) -> str:
        """Its address, as http://host:port."""
        ...


def running_server(settings: Settings, *, scratch: bool = False) -> AbstractAsyncContextManager[Running]:
    """The server of `server.app`, up while the context is entered; with `scratch` it keeps nothing."""
    with kept_for_good():
        app = import_module("server.app")
    return cast("AbstractAsyncContextManager[Running]", app.running_server(settings, scratch=scratch))


def quiet(level: str = "error") -> None:
    """Keep the server's log out of what a command prints."""
    logs.configure(level)


def with_free_port(settings: Settings) -> Settings:
    """The same settings, with any free port where the chosen one is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return settings.model_copy(update={"port": 0})
    return settings


def key_of(settings: Settings) -> str | None:
    """The key that this server wants to see."""
    return settings.api_key.get_secret_value() if settings.api_key else None


async def transcript(url: str, meeting: str, format_name: str, key: str | None) -> str:
    """The transcript of a meeting in txt, md, vtt, srt or json. Raises WireError."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=60) as client:
            answer = await client.get(f"/v1/meetings/{meeting}/transcript", params={"format": format_name})
    except httpx.HTTPError as error:
        raise WireError("unreachable", f"The server at {url} did not answer: {error}.") from error
    if answer.is_success:
        return answer.text
    try:
        told = answer.json()["error"]
        raise WireError(str(told["code"]), str(told["message"]))
    except (ValueError, KeyError, TypeError):
        raise WireError("refused", f"The server answered with HTTP status {answer.status_code}.") from None
