"""Mail through a real mail server on this machine: what arrives, and what its answers mean."""

import asyncio
import email
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from server.notify.mail import Mailer, mail, mail_server, sender
from server.notify.message import message
from server.notify.outcome import Later, Outcome, Refused, Sent, Unknown
from tests.support.reports import ABOUT, report
from tests.support.tls import contexts

ANN = "ann@example.org"


@dataclass
class Mailbox:
    """What a mail server took; `says` stands in place of its answer to a command."""

    says: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    taken: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        if self.hangs:
            server.transport.abort()
        return self.says.get("DATA", "250 OK")


@asynccontextmanager
async def served(box: Mailbox, **options: Any) -> AsyncIterator[str]:
    """A mail server; the value is its host and port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, loop=loop, **options), "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def letter() -> EmailMessage:
    return mail(
        message(report(language="ru"), ABOUT),
        to=ANN,
        by=sender("Steno <steno@example.org>"),
        delivery="dlv_1",
        at=datetime.now(UTC),
        unsubscribe="https://steno.example/unsubscribe/abc",
    )


async def sent(url: str, **options: Any) -> Outcome:
    return await Mailer(mail_server(url), **options).send(letter(), ANN)


async def test_a_mail_arrives_with_both_its_forms() -> None:
    box = Mailbox()
    async with served(box) as at:
        assert await sent(f"smtp://{at}") == Sent()
    (envelope,) = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("steno@example.org", [ANN])
    assert isinstance(envelope.content, bytes)
    read = email.message_from_bytes(envelope.content, policy=default)
    assert isinstance(read, EmailMessage)
    assert read["Subject"] == "Отчёт: Launch review"
    assert read["Message-ID"] == "<dlv_1@example.org>"
    texts = [part.get_content() for part in read.iter_parts()]
    assert len(texts) == 2
    for text in texts:
        assert "we launch with Stripe on November fourth" in text


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_a_refusal_for_good_is_told_from_one_that_may_pass(command: str) -> None:
    for code, kind in (("550 no such user", Refused), ("451 try later", Later), ("421 busy", Later)):
        async with served(Mailbox(says={command: code})) as at:
            outcome = await sent(f"smtp://{at}")
        assert isinstance(outcome, kind)
        assert code[:3] in outcome.why


def knows(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"user", b"right"), handled=False)


async def test_a_user_and_password_are_shown_over_tls(tmp_path: Path) -> None:
    shown, trusting = contexts(tmp_path, "localhost")
    box = Mailbox()
    async with served(box, authenticator=knows, auth_required=True, tls_context=shown) as at:
        named = at.replace("127.0.0.1", "localhost")
        assert await sent(f"smtp://user:right@{named}", tls=trusting) == Sent()
        wrong = await sent(f"smtp://user:wrong@{named}", tls=trusting)
        without = await sent(f"smtp://{named}", tls=trusting)
    assert wrong == Later("The mail server does not take the user and password (535).")
    assert without == Later("The mail server does not take the user and password (530).")
    assert len(box.taken) == 1


async def test_a_password_is_never_shown_openly() -> None:
    box = Mailbox()
    async with served(box) as at:
        assert isinstance(await sent(f"smtp://user:right@{at}"), Later)
    assert box.taken == []


async def test_a_connection_that_breaks_after_the_mail_was_handed_over_is_not_tried_again() -> None:
    box = Mailbox(hangs=True)
    async with served(box) as at:
        assert isinstance(await sent(f"smtp://{at}"), Unknown)
    assert len(box.taken) == 1


async def test_a_mail_server_that_is_away_or_silent_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert isinstance(await sent(f"smtp://127.0.0.1:{free.getsockname()[1]}"), Later)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert isinstance(await sent(f"smtp://127.0.0.1:{port}", seconds=0.2), Later)
