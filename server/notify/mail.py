"""One mail to one address over SMTP.

In: a `Message`, an address, the delivery's id. Out: an `Outcome`; what the mail server answered for good
(5xx) is told from what may pass (4xx, no answer). The connection is the operator's own, so it is not
guarded as those to strangers' addresses are. Encryption is used wherever the server offers it.
"""

import asyncio
import ssl
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as LINES
from email.utils import format_datetime
from typing import Final

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from server.notify.mail_server import MailServer
from server.notify.message import Message
from server.notify.outcome import Later, Outcome, Refused, Sent, Unknown
from server.notify.plain import one_line

SECONDS: Final = 60.0
"""For one mail, from the connection to its acceptance."""
GOODBYE_SECONDS: Final = 2.0


def mail(
    message: Message, *, to: str, by: Address, delivery: str, at: datetime, unsubscribe: str | None = None
) -> EmailMessage:
    """The mail with all its headers. `delivery` makes its id, so that a mail that came twice can be known."""
    made = EmailMessage(policy=LINES)
    made["From"] = by
    made["To"] = Address(addr_spec=to)
    made["Subject"] = one_line(message.subject)
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{delivery}@{by.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        made["List-Unsubscribe"] = f"<{unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(message.text, cte="quoted-printable")
    made.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return made


class Mailer:
    """Hands mail to one server."""

    def __init__(
        self, server: MailServer, *, seconds: float = SECONDS, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._seconds = seconds
        self._tls = tls

    async def send(self, mail: EmailMessage, to: str) -> Outcome:
        """One attempt."""
        smtp = self._client()
        handed_over = False
        try:
            async with asyncio.timeout(self._seconds):
                await self._greet(smtp)
                await smtp.mail(mail["From"].addresses[0].addr_spec)
                await smtp.rcpt(to)
                handed_over = True
                await smtp.data(mail.as_bytes())
            await _leave(smtp)
        except SMTPResponseException as error:
            return _told(error.code)
        except (SMTPException, OSError) as error:  # A timeout is an OSError.
            if handed_over:
                return Unknown("The connection to the mail server broke while the mail was handed over.")
            return _unreachable(error)
        finally:
            smtp.close()
        return Sent()

    async def check(self) -> Outcome:
        """Whether the server answers and takes the user and password. Nothing is sent."""
        smtp = self._client()
        try:
            async with asyncio.timeout(self._seconds):
                await self._greet(smtp)
            await _leave(smtp)
        except SMTPResponseException as error:
            return _told(error.code)
        except (SMTPException, OSError) as error:
            return _unreachable(error)
        finally:
            smtp.close()
        return Sent()

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls,
            # A password never travels openly; without one, encryption is taken where it is offered.
            start_tls=None if server.tls or server.user is None else True,
            timeout=self._seconds,
            tls_context=self._tls,
        )

    async def _greet(self, smtp: SMTP) -> None:
        await smtp.connect()
        if self._server.user is not None:
            await smtp.login(self._server.user, self._server.password or "")


async def _leave(smtp: SMTP) -> None:
    """Say goodbye; whatever comes of that changes nothing."""
    with suppress(SMTPException, OSError):
        await smtp.quit(timeout=GOODBYE_SECONDS)


def _unreachable(error: Exception) -> Outcome:
    return Later(f"The connection to the mail server failed ({type(error).__name__}).")


def _told(code: int) -> Outcome:
    """RFC 5321 §4.2.1: 4yz may pass, 5yz will not. That nobody may hand in mail so is the operator's to
    repair."""
    if code in {530, 534, 535, 538}:
        return Later(f"The mail server does not take the user and password ({code}).")
    if 500 <= code < 600:
        return Refused(f"The mail server refused the mail ({code}).")
    return Later(f"The mail server does not take the mail now ({code}).")
