"""The native wire as a client meets it: addresses, connections, messages, and what goes wrong.

Every failure is one `WireError` with a stable code and one sentence. Knows nothing of audio.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.http11 import Response

from loadtest.errors import LoadTestError

MAX_MESSAGE = 4 * 1024 * 1024
"""Bytes of one message of the server: a long final with all its words is far below."""
PATIENCE = 20.0
"""Seconds without any answer to a ping after which a connection counts as lost."""
CLOSE_SECONDS = 10.0
"""The most that a close may take."""
LOST = 1006
"""The close code of a connection that ended without a close (RFC 6455, section 7.1.5)."""
KEPT = frozenset({1001, 1005, LOST, 1012, 1013})
"""Close codes after which the server keeps the session for its client to resume."""
PASSING = frozenset({"overloaded", "restarting", "store_unavailable"})
"""Codes of errors that another try may not meet."""


class WireError(LoadTestError):
    """Why a stream could not be completed. `passing`: another try may help, `retry_after` seconds later."""

    def __init__(self, code: str, message: str, *, passing: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(code, message)
        self.passing = passing
        self.retry_after = retry_after


def stream_url(url: str) -> str:
    """The address of the stream: `http` is read as `ws`, and a bare server gets the native wire's path."""
    scheme, separator, rest = url.partition("://")
    scheme = {"http": "ws", "https": "wss"}.get(scheme, scheme)
    if not separator or scheme not in {"ws", "wss"}:
        raise WireError("bad_url", f"{url} is not an address; write it as ws://host:port.")
    rest = rest.rstrip("/")
    return f"{scheme}://{rest}" if "/" in rest else f"{scheme}://{rest}/v1/stream"


async def open_socket(url: str, key: str | None, patience: float | None = PATIENCE) -> ClientConnection:
    """A connection to an address of the wire, trusted for ever without `patience`. Raises `WireError`."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        # Samples hardly compress, and a load test should spend its time on streams.
        return await connect(
            url,
            additional_headers=headers,
            max_size=MAX_MESSAGE,
            compression=None,
            proxy=None,
            ping_interval=patience or PATIENCE,
            ping_timeout=patience,
            close_timeout=min(patience or CLOSE_SECONDS, CLOSE_SECONDS),
        )
    except InvalidStatus as error:
        raise _refused(error.response) from error
    except InvalidURI as error:
        raise WireError("bad_url", f"{url} is not an address; write it as ws://host:port.") from error
    except InvalidHandshake as error:
        raise WireError(
            "not_a_server", f"What answers at {url} is not a Steno server.", passing=True
        ) from error
    except (OSError, TimeoutError) as error:
        raise WireError(
            "unreachable",
            f"No server answers at {url}; start one with `steno serve`, or check the address.",
            passing=True,
        ) from error


def read_message(data: str | bytes) -> dict[str, Any]:
    """A message of the server. Raises `WireError` for what is none."""
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WireError("not_a_server", "The server sent a message that is not JSON.") from error
    if not isinstance(message, dict):
        raise WireError("not_a_server", "The server sent a message that is not an object.")
    return message


def told(message: Mapping[str, Any]) -> WireError:
    """An error of the server in its own words."""
    code, seconds = str(message.get("code", "error")), message.get("retry_after")
    return WireError(
        code,
        str(message.get("message", "The server gave up.")),
        passing=code in PASSING,
        retry_after=float(seconds) if isinstance(seconds, int | float) else 0.0,
    )


def _refused(response: Response) -> WireError:
    """What an HTTP answer in place of the handshake says."""
    status = response.status_code
    error = WireError("refused", f"The server refused the connection with HTTP status {status}.")
    with suppress(ValueError, KeyError, TypeError):
        error = told(json.loads(response.body or b"")["error"])
    error.passing = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    error.retry_after = _seconds(response.headers.get_all("Retry-After")) or error.retry_after
    return error


def _seconds(headers: Sequence[str]) -> float:
    """The seconds of a `Retry-After` (RFC 9110, section 10.2.3); 0 for none, or for a date."""
    return next((float(header) for header in headers if header.strip().isdecimal()), 0.0)


def lost(error: ConnectionClosed) -> WireError:
    """A connection that ended before the stream did."""
    close = error.rcvd
    why = f" (close code {close.code}{f', {close.reason}' if close.reason else ''})" if close else ""
    return WireError(
        "connection_lost",
        f"The connection ended before the transcript was complete{why}.",
        passing=(close.code if close else LOST) in KEPT,
    )
