"""HTTP connections whose requests begin in time: none is held open by a client who says nothing, or little.

uvicorn bounds how long a request's head is (64 KiB) and how long a connection may stay idle between two
requests, but not how long the head of a request may take. Bodies are bounded by `server.http.reading`.
"""

import asyncio
import json
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from streaming.errors import Close, ProtocolError

HEAD_SECONDS: Final = 15.0
"""From the connection, or from the first byte of a later request, to the end of the request's head."""
TOO_SLOW: Final = ProtocolError(
    "head_too_slow", "The head of the request did not come in time.", Close.NOT_ALLOWED, 408
)


class PromptHeads(H11Protocol):
    """Answers 408 and closes when a request's head is not whole in time."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """The first request is awaited from here on."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """A part of a head, or what follows one."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._due is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._due = self.loop.call_later(HEAD_SECONDS, self._refuse)

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _refuse(self) -> None:
        body = json.dumps({"error": {"code": TOO_SLOW.code, "message": TOO_SLOW.message}}).encode()
        head = (
            "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
