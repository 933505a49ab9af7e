"""A real mail server on this machine that keeps what it takes, and answers as it is told."""

import asyncio
import email
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope


@dataclass
class Mailbox:
    """What a mail server took; `says` stands in place of its answer to a command. `hangs_up`: it breaks the
    connection when it has a mail."""

    says: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False
    taken: list[Envelope] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        """One address."""
        envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        """One mail."""
        self.taken.append(envelope)
        self._came.set()
        if self.hangs_up:
            server.transport.abort()
        return self.says.get("DATA", "250 OK")

    def letters(self) -> list[EmailMessage]:
        """What it took, read."""
        return [_read(one.content) for one in self.taken]

    async def until(self, count: int) -> None:
        """Wait until so many came."""
        async with asyncio.timeout(60):
            while len(self.taken) < count:
                self._came.clear()
                await self._came.wait()

    @asynccontextmanager
    async def served(self, **options: Any) -> AsyncIterator[str]:
        """Its host and port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, loop=loop, **options), "127.0.0.1", 0)
        async with server:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def _read(content: str | bytes | None) -> EmailMessage:
    assert isinstance(content, bytes)
    read = email.message_from_bytes(content, policy=default)
    assert isinstance(read, EmailMessage)
    return read
