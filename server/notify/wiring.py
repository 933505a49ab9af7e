"""What sends notifications, built from settings.

In: the store, the mail server, the address under which people reach the server. Out: a sender, and the
announcer whose steps tell it what to send.
"""

import time
from dataclasses import dataclass
from email.headerregistry import Address

from server.metrics import Metrics
from server.notify.chat import Chat
from server.notify.dispatch import Dispatch, Links
from server.notify.mail import Mailer
from server.notify.mail_server import MailServer
from server.notify.post import Post
from server.notify.sender import Sender
from server.notify.step import Announcer
from server.store.postgres import PostgresStore


@dataclass(frozen=True, slots=True)
class Notices:
    """How notifications are sent. `mail`: where it is handed in, and in whose name; None where no mail
    server is configured. `allow_private`: webhooks, chats and pushes may go to this machine and to private
    networks."""

    public_url: str | None = None
    mail: tuple[MailServer, Address] | None = None
    allow_private: bool = False


def dispatching(store: PostgresStore, how: Notices) -> Dispatch:
    """What makes and sends one message."""
    return Dispatch(
        store,
        store.reports,
        store.notifications,
        Links(how.public_url),
        Post(allow_private=how.allow_private),
        Chat(allow_private=how.allow_private),
        time.time,
        *((Mailer(how.mail[0]), how.mail[1]) if how.mail else ()),
    )


def notifying(store: PostgresStore, metrics: Metrics, how: Notices) -> tuple[Sender, Announcer]:
    """The sender, which is to be run, and the announcer that gives it work."""
    sender = Sender(store.notifications, dispatching(store, how), metrics)
    return sender, Announcer(store, store.notifications, sender.wake)
