"""From a delivery to what became of it: makes the message and gives it to the sender of its kind.

In: a delivery that this process holds. Out: what is to be written of it. Reads the meeting, its report and
the workspace's keys; writes nothing.
"""

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from typing import Any, Final

from pydantic import ValidationError

from server.notify.chat import Chat
from server.notify.mail import Mailer, mail
from server.notify.message import About, Message, message
from server.notify.outcome import Gone, Later, Outcome, Refused, Sent, Unknown
from server.notify.post import Post
from server.notify.push import Push, payload
from server.notify.schedule import seconds_to_next
from server.notify.targets import (
    REPORT_READY,
    ChatTarget,
    EmailTarget,
    PushTarget,
    Target,
    WebhookTarget,
    read_target,
)
from server.notify.unsubscribe import Subscriber, token
from server.notify.webhook import Webhook, body_of
from server.reporting.stored import from_stored
from server.store.api import Store
from server.store.delivery_records import Delivery, Settled
from server.store.postgres_notifications import PostgresNotifications
from server.store.records import Meeting
from server.store.reports_api import Reports
from summarizer.schema import InvalidReport, Report

NO_MAIL: Final = Refused("No mail server is configured (STENO_SMTP_URL and STENO_MAIL_FROM).")


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below the one under which people reach the server; without one there are none."""

    public_url: str | None

    def meeting(self, meeting_id: str) -> str | None:
        """The page of a meeting."""
        return self._at(f"meetings/{meeting_id}")

    def report(self, meeting_id: str, version: int) -> str | None:
        """A version of the report, for programs."""
        return self._at(f"v1/meetings/{meeting_id}/report?version={version}")

    def transcript(self, meeting_id: str) -> str | None:
        """The transcript, for programs."""
        return self._at(f"v1/meetings/{meeting_id}/transcript")

    def unsubscribe(self, subscriber: Subscriber, key: str) -> str | None:
        """Where one address ends its mail of a workspace."""
        return self._at(f"unsubscribe/{token(subscriber, base64.b64decode(key))}")

    def _at(self, path: str) -> str | None:
        return None if self.public_url is None else f"{self.public_url.rstrip('/')}/{path}"


def about(meeting: Meeting, links: Links, unsubscribe: str | None = None) -> About:
    """What a message says of a meeting."""
    started = meeting.started_at or meeting.created_at
    link = links.meeting(meeting.id)
    return About(meeting.title or "", started.astimezone(UTC), meeting.duration, link, unsubscribe)


def event_data(report: Report, meeting: Meeting, version: int, links: Links) -> dict[str, Any]:
    """The `data` of a webhook."""
    return {
        "meeting_id": meeting.id,
        "title": meeting.title or report.title,
        "status": report.status,
        "language": report.language,
        "version": version,
        "report_url": links.report(meeting.id, version),
        "meeting_url": links.meeting(meeting.id),
    }


@dataclass(frozen=True, slots=True)
class Dispatch:
    """`mailer` and `mail_from` are None where no mail server is configured. `clock` gives Unix seconds."""

    store: Store
    reports: Reports
    notifications: PostgresNotifications
    links: Links
    post: Post
    chat: Chat
    clock: Callable[[], float]
    mailer: Mailer | None = None
    mail_from: Address | None = None

    async def __call__(self, delivery: Delivery) -> Settled:
        """One attempt. Raises `StoreError`, before anything is sent."""
        workspace = await self.store.workspace_of(delivery.meeting_id) or ""
        if code := await self.notifications.silence_of(workspace, delivery.digest):
            return Settled("gone", code, "This receiver wants no more messages.")
        try:
            target = read_target(delivery.target)
            found = await self._report(delivery)
        except (ValidationError, InvalidReport):
            found = None
        if found is None:
            return Settled("failed", "not_readable", "The report or the target cannot be read.")
        return settled(await self.send(delivery, target, *found), delivery.attempts, random.random())  # noqa: S311

    async def _report(self, delivery: Delivery) -> tuple[Report, Meeting] | None:
        meeting = await self.store.meeting(delivery.meeting_id)
        stored = await self.reports.report(delivery.meeting_id, delivery.report_version)
        return None if meeting is None or stored is None else (from_stored(stored.report), meeting)

    async def send(self, delivery: Delivery, target: Target, report: Report, meeting: Meeting) -> Outcome:
        """Tell one receiver of a report. Raises `StoreError`, before anything is sent."""
        match target:
            case EmailTarget():
                return await self._mail(delivery, target.to[0], report, meeting)
            case WebhookTarget():
                data = event_data(report, meeting, delivery.report_version, self.links)
                body = body_of(REPORT_READY, delivery.created_at, data)
                return await Webhook(self.post, self.clock).send(target.url, target.secret, delivery.id, body)
            case ChatTarget():
                made = message(report, about(meeting, self.links))
                return await self.chat.send(target.url, made.subject, made.short)
            case PushTarget():
                made = message(report, about(meeting, self.links))
                return await self._push(delivery, target, made, meeting)

    async def _mail(self, delivery: Delivery, to: str, report: Report, meeting: Meeting) -> Outcome:
        if self.mailer is None or self.mail_from is None:
            return NO_MAIL
        keys = await self.notifications.notification_settings(meeting.workspace)
        stop = self.links.unsubscribe(Subscriber(meeting.workspace, to), keys.mail_key)
        letter = mail(
            message(report, about(meeting, self.links, stop)),
            to=to,
            by=self.mail_from,
            delivery=delivery.id,
            at=datetime.fromtimestamp(self.clock(), UTC),
            unsubscribe=stop,
        )
        return await self.mailer.send(letter, to)

    async def _push(self, delivery: Delivery, target: PushTarget, made: Message, meeting: Meeting) -> Outcome:
        keys = await self.notifications.notification_settings(meeting.workspace)
        contact = f"mailto:{self.mail_from.addr_spec}" if self.mail_from else self.links.public_url
        push = Push(self.post, keys.push_key, contact or "mailto:steno@localhost", self.clock)
        data = payload(made.subject, made.short, self.links.meeting(meeting.id), delivery.id)
        return await push.send(target, data, delivery.id)


Schedule = Callable[[int, float, float | None], float | None]
"""Attempts so far, jitter and the receiver's wish → seconds to the next attempt, None for none."""


def settled(outcome: Outcome, attempts: int, jitter: float, schedule: Schedule = seconds_to_next) -> Settled:
    """What is written of an outcome; `jitter` from 0 to 1. Pure."""
    match outcome:
        case Sent():
            return Settled("sent")
        case Gone(why):
            return Settled("gone", "gone", why, silence=True)
        case Unknown(why):
            return Settled("unknown", "unknown", why)
        case Refused(why):
            return Settled("failed", "refused", why)
        case Later(why, wish):
            wait = schedule(attempts, jitter, wish)
            if wait is None:
                return Settled("failed", "not_delivered", why)
            return Settled("pending", "not_delivered", why, next_in=wait)
