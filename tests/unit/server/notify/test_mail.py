"""The headers of a mail, and which addresses of mail servers and senders are taken."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from server.notify.mail import mail
from server.notify.mail_server import InvalidMailServer, MailServer, mail_server, sender
from server.notify.message import Message, message
from tests.support.reports import ABOUT, report

AT = datetime(2026, 11, 4, 10, tzinfo=UTC)


def made(one: Message, **more: str) -> EmailMessage:
    return mail(
        one,
        to="ann@example.org",
        by=sender("Steno <steno@example.org>"),
        delivery="dlv_1",
        at=AT,
        unsubscribe=more.get("unsubscribe"),
    )


def test_it_has_the_headers_that_programs_of_mail_expect() -> None:
    headers = made(message(report(), ABOUT), unsubscribe="https://steno.example/unsubscribe/abc")
    assert headers["From"] == "Steno <steno@example.org>"
    assert headers["To"] == "ann@example.org"
    assert headers["Message-ID"] == "<dlv_1@example.org>"
    assert headers["Date"] == "Wed, 04 Nov 2026 10:00:00 +0000"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"] == "<https://steno.example/unsubscribe/abc>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in headers.iter_parts()] == ["text/plain", "text/html"]


def test_without_a_link_nothing_is_promised() -> None:
    assert made(message(report(), ABOUT))["List-Unsubscribe"] is None


def test_no_title_makes_a_header() -> None:
    sent = made(Message("x\r\nBcc: all@example.org", "text", "<p>html</p>", "short")).as_bytes()
    assert b"\nBcc:" not in sent
    assert max(map(len, sent.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", MailServer("mail.example", 587, False)),
        ("smtp://u%40x:p%2Fw@mail.example:25", MailServer("mail.example", 25, False, "u@x", "p/w")),
        ("smtps://u:p@mail.example", MailServer("mail.example", 465, True, "u", "p")),
    ],
)
def test_a_mail_server_is_read_from_its_url(url: str, server: MailServer) -> None:
    assert mail_server(url) == server
    assert "p%2Fw" not in repr(server)
    assert "'p'" not in repr(server)


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://x", "http://x:25", "smtp://", "smtp://h:x", "smtp://h/path", "smtp://h?a=1"],
)
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(InvalidMailServer):
        mail_server(url)


@pytest.mark.parametrize("text", ["", "Steno", "a@", "@b", "Штено@пример.рф", "a@b@c"])
def test_what_is_no_sender_is_refused(text: str) -> None:
    with pytest.raises(InvalidMailServer):
        sender(text)
