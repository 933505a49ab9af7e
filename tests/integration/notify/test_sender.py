"""From the end of a meeting to what its receivers get: real store, real mail server, real receiver of
webhooks."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from standardwebhooks.webhooks import Webhook as Verifier

from server.access.access import DEFAULT
from server.jobs.follow_up import Ending
from server.metrics import Metrics
from server.notify.dispatch import settled
from server.notify.mail_server import mail_server, sender
from server.notify.outcome import Gone, Later, Refused, Sent, Unknown
from server.notify.schedule import ATTEMPTS
from server.notify.step import Announcer, receivers
from server.notify.targets import new_secret
from server.notify.wiring import Notices, notifying
from server.reporting.stored import as_json
from server.store.delivery_records import Settled
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from server.store.report_records import NewReport
from tests.support.mailbox import Mailbox
from tests.support.receiver import Receiver
from tests.support.reports import report
from tests.support.told import Deliveries, watched

SECRET = new_secret()
ANN = {"kind": "email", "to": ["ann@example.org"]}


def hook(url: str) -> dict[str, Any]:
    return {"kind": "webhook", "url": url, "secret": SECRET}


@dataclass
class Office:
    """Everything that tells of reports."""

    store: PostgresStore
    announcer: Announcer
    deliveries: Deliveries
    box: Mailbox
    receiver: Receiver
    hook: str

    async def meeting(self, *targets: dict[str, Any], writing: bool = False) -> str:
        """A meeting that ended, with its report."""
        made = await self.store.create_meeting(NewMeeting(title="Launch", notify={"targets": list(targets)}))
        value = as_json(report(meeting_id=made.id))
        await self.store.reports.add_report(made.id, NewReport("general", "en", value, 1, writing))
        return made.id

    async def announce(self, meeting: str) -> None:
        """What the follow-up does at its end."""
        await self.announcer.after_end.run(Ending(meeting, 1))


@asynccontextmanager
async def office(store: PostgresStore, url: str, **served: Any) -> AsyncIterator[Office]:
    """With a mail server and a receiver of webhooks."""
    box, receiver = Mailbox(), Receiver(**served)
    metrics = Metrics(CollectorRegistry())
    async with box.served() as mail, receiver.served() as at, watched(url) as deliveries:
        by = sender("Steno <steno@example.org>")
        how = Notices("https://steno.example", (mail_server(f"smtp://{mail}"), by), allow_private=True)
        sending, announcer = notifying(store, metrics, how)
        async with sending.running():
            yield Office(store, announcer, deliveries, box, receiver, at)


async def test_everybody_is_told_once_however_often_the_step_is_done(
    store: PostgresStore, database_url: str
) -> None:
    async with office(store, database_url) as one:
        meeting = await one.meeting(
            hook(one.hook), ANN, {"kind": "chat", "url": one.hook.replace("http", "json")}
        )
        for _ in range(3):
            await one.announce(meeting)
        await one.deliveries.until({"webhook": "sent", "email": "sent", "chat": "sent"})
        await one.announce(meeting)
    assert [dict(letter)["To"] for letter in one.box.letters()] == ["ann@example.org"]
    signed = [(headers, body) for headers, body in one.receiver.got if "webhook-id" in headers]
    ((headers, body),) = signed
    assert len(one.receiver.got) == 2
    told = Verifier(SECRET).verify(body, headers)
    assert told == json.loads(body)
    assert told["type"] == "meeting.report_ready"
    assert told["data"] == {
        "meeting_id": meeting,
        "title": "Launch",
        "status": "ok",
        "language": "en",
        "version": 1,
        "report_url": f"https://steno.example/v1/meetings/{meeting}/report?version=1",
        "meeting_url": f"https://steno.example/meetings/{meeting}",
    }


async def test_nobody_is_told_while_a_language_model_still_writes(
    store: PostgresStore, database_url: str
) -> None:
    async with office(store, database_url) as one:
        meeting = await one.meeting(ANN, writing=True)
        await one.announce(meeting)
        assert await one.deliveries.states() == {}
        await store.reports.finish_report(meeting, 1, lambda old: old, None)
        await one.announcer.after_writing.run(Ending(meeting, 1))
        await one.deliveries.until({"email": "sent"})
        # A version that somebody asked for.
        await store.reports.add_report(meeting, NewReport("general", "en", as_json(report())))
        await one.announcer.after_writing.run(Ending(meeting, 2))
    assert len(one.box.taken) == 1


async def test_the_receivers_of_the_workspace_are_told_too_and_each_once(
    store: PostgresStore, database_url: str
) -> None:
    async with office(store, database_url) as one:
        both = {"targets": [{"kind": "email", "to": ["ben@example.org", "ANN@example.org"]}]}
        await store.notifications.put_notifications(DEFAULT, both, [])
        await one.announce(await one.meeting(ANN))
        await one.deliveries.until({"email": "sent"})
        assert await one.deliveries.connection.fetchval("SELECT count(*) FROM deliveries") == 2
    assert sorted(letter["To"] for letter in one.box.letters()) == ["ann@example.org", "ben@example.org"]


async def test_what_fails_for_now_is_tried_again_under_the_same_id(
    store: PostgresStore, database_url: str
) -> None:
    async with office(store, database_url, answers=[(503, {}), (204, {})]) as one:
        await one.announce(await one.meeting(hook(one.hook)))
        while not one.receiver.got or await one.deliveries.states() != {"webhook": "pending"}:
            await one.deliveries.next_change()
        row = await one.deliveries.connection.fetchrow("SELECT * FROM deliveries")
        assert row is not None
        assert row["failure"] == "The receiver answered 503."
        assert timedelta(seconds=4) < row["next_at"] - row["updated_at"] < timedelta(seconds=8)
        await one.deliveries.connection.execute("UPDATE deliveries SET next_at = now()")
        one.announcer.wake()
        await one.deliveries.until({"webhook": "sent"})
    assert len({headers["webhook-id"] for headers, _ in one.receiver.got}) == 1
    assert len(one.receiver.got) == 2


async def test_a_receiver_that_is_gone_hears_nothing_more_and_who_unsubscribed_neither(
    store: PostgresStore, database_url: str
) -> None:
    async with office(store, database_url, answers=[(410, {})]) as one:
        (gone,) = receivers({"targets": [ANN]})
        await store.notifications.silence(DEFAULT, gone, "unsubscribed")
        await one.announce(await one.meeting(hook(one.hook)))
        await one.deliveries.until({"webhook": "gone"})
        await one.announce(await one.meeting(hook(one.hook), ANN))
        await one.deliveries.until({"webhook": "gone", "email": "gone"})
        codes = await one.deliveries.connection.fetch("SELECT failure_code FROM deliveries ORDER BY 1")
    assert [row["failure_code"] for row in codes] == ["gone", "gone", "unsubscribed"]
    assert (len(one.receiver.got), one.box.taken) == (1, [])


async def test_mail_without_a_mail_server_fails_with_the_reason(
    store: PostgresStore, database_url: str
) -> None:
    async with watched(database_url) as deliveries:
        sending, announcer = notifying(store, Metrics(CollectorRegistry()), Notices())
        async with sending.running():
            made = await store.create_meeting(NewMeeting(notify={"targets": [ANN]}))
            value = as_json(report(meeting_id=made.id))
            await store.reports.add_report(made.id, NewReport("general", "en", value, 1))
            await announcer.after_end.run(Ending(made.id, 1))
            await deliveries.until({"email": "failed"})
        assert "STENO_SMTP_URL" in await deliveries.connection.fetchval("SELECT failure FROM deliveries")


@pytest.mark.parametrize(
    ("outcome", "attempts", "expected"),
    [
        (Sent(), 1, Settled("sent")),
        (Refused("No."), 1, Settled("failed", "refused", "No.")),
        (Unknown("?"), 1, Settled("unknown", "unknown", "?")),
        (Gone("x"), 1, Settled("gone", "gone", "x", silence=True)),
        (Later("y"), 1, Settled("pending", "not_delivered", "y", next_in=5.0)),
        (Later("y", 90.0), 1, Settled("pending", "not_delivered", "y", next_in=90.0)),
        (Later("y"), ATTEMPTS, Settled("failed", "not_delivered", "y")),
    ],
)
def test_each_outcome_has_what_is_written_of_it(outcome: Any, attempts: int, expected: Settled) -> None:
    assert settled(outcome, attempts, 0.0) == expected


def test_a_notify_that_cannot_be_read_any_more_tells_nobody() -> None:
    assert (
        receivers({"email": ["a@example.org"]}, None, {"targets": [ANN]}).keys()
        == receivers({"targets": [ANN]}).keys()
    )
