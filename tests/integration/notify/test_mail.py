"""Mail through a real mail server on this machine: what arrives, and what its answers mean."""

import asyncio
import socket
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from server.notify.mail import Mailer, mail
from server.notify.mail_server import mail_server, sender
from server.notify.message import message
from server.notify.outcome import Later, Outcome, Refused, Sent, Unknown
from tests.support.mailbox import Mailbox
from tests.support.reports import ABOUT, report
from tests.support.tls import contexts

ANN = "ann@example.org"


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
    async with box.served() as at:
        assert await sent(f"smtp://{at}") == Sent()
    (envelope,) = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("steno@example.org", [ANN])
    (read,) = box.letters()
    assert read["Subject"] == "Отчёт: Launch review"
    assert read["Message-ID"] == "<dlv_1@example.org>"
    texts = [part.get_content() for part in read.iter_parts()]
    assert len(texts) == 2
    for text in texts:
        assert "we launch with Stripe on November fourth" in text


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_a_refusal_for_good_is_told_from_one_that_may_pass(command: str) -> None:
    for code, kind in (("550 no such user", Refused), ("451 try later", Later), ("421 busy", Later)):
        async with Mailbox(says={command: code}).served() as at:
            outcome = await sent(f"smtp://{at}")
        assert isinstance(outcome, kind)
        assert code[:3] in outcome.why


def knows(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"user", b"right"), handled=False)


async def test_a_user_and_password_are_shown_over_tls(tmp_path: Path) -> None:
    shown, trusting = contexts(tmp_path, "localhost")
    box = Mailbox()
    async with box.served(authenticator=knows, auth_required=True, tls_context=shown) as at:
        named = at.replace("127.0.0.1", "localhost")
        assert await sent(f"smtp://user:right@{named}", tls=trusting) == Sent()
        wrong = await sent(f"smtp://user:wrong@{named}", tls=trusting)
        without = await sent(f"smtp://{named}", tls=trusting)
    assert wrong == Later("The mail server does not take the user and password (535).")
    assert without == Later("The mail server does not take the user and password (530).")
    assert len(box.taken) == 1


async def test_a_mail_server_is_checked_without_a_mail(tmp_path: Path) -> None:
    shown, trusting = contexts(tmp_path, "localhost")
    box = Mailbox()
    async with box.served(authenticator=knows, auth_required=True, tls_context=shown) as at:
        named = at.replace("127.0.0.1", "localhost")
        right = await Mailer(mail_server(f"smtp://user:right@{named}"), tls=trusting).check()
        wrong = await Mailer(mail_server(f"smtp://user:wrong@{named}"), tls=trusting).check()
    gone = await Mailer(mail_server(f"smtp://{at}")).check()
    assert right == Sent()
    assert wrong == Later("The mail server does not take the user and password (535).")
    assert isinstance(gone, Later)
    assert box.taken == []


async def test_a_password_is_never_shown_openly() -> None:
    box = Mailbox()
    async with box.served() as at:
        assert isinstance(await sent(f"smtp://user:right@{at}"), Later)
    assert box.taken == []


async def test_a_connection_that_breaks_after_the_mail_was_handed_over_is_not_tried_again() -> None:
    box = Mailbox(hangs_up=True)
    async with box.served() as at:
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
