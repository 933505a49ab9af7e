"""HTTP connections whose requests begin in time: none is held open by a client who says nothing, or little.

uvicorn bounds how big a request's head is (64 KiB, beside what came with its end) and how long a connection
may stay idle between two requests, but not how long the head of a request may take, and its own refusal has
no code. Bodies are bounded by `server.http.reading`.
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
UNREADABLE: Final = ProtocolError(
    "head_unreadable",
    "The request is not HTTP/1.1, or its head has more than 65536 bytes.",
    Close.NOT_ALLOWED,
)


class PromptHeads(H11Protocol):
    """Answers and closes when a request's head is not whole in time (408), or cannot be read (400)."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """The first request is awaited from here on."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """A part of a head, or what follows one."""
        super().data_received(data)
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._due is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn for what is no HTTP, in a head or behind it."""
        self._stop_waiting()
        self._refuse(UNREADABLE, "400 Bad Request")

    def _await_head(self) -> None:
        self._due = self.loop.call_later(HEAD_SECONDS, self._refuse, TOO_SLOW, "408 Request Timeout")

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _refuse(self, error: ProtocolError, status: str) -> None:
        # An answer that has begun can only be broken off.
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = json.dumps({"error": {"code": error.code, "message": error.message}}).encode()
            head = (
                f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        self.transport.close()
