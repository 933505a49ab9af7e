"""The calls on notifications: whom to tell of every meeting, what became of it, and how a message looks."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, JsonValue
from starlette.responses import Response

from server.http.answers import json_answer
from server.http.models import PageQuery
from server.http.operations import Call, found_meeting
from server.http.reports import made_now
from server.http.services import Services
from server.notify.dispatch import Links, about, event_data
from server.notify.message import message
from server.notify.sealing import public_key
from server.notify.targets import REPORT_READY, Notify, masked_stored, stored, told
from server.notify.targets import digest as digest_of
from server.reporting.stored import from_stored
from server.store.cursor import paged
from server.store.deliveries import delivery_not_found, place_of
from server.store.delivery_records import Delivery, DeliveryState


class FailureOut(BaseModel):
    """Why it was not sent, or not yet."""

    code: str
    message: str

    @classmethod
    def of(cls, code: str | None, sentence: str | None) -> "FailureOut | None":
        """From the store's columns; None where nothing failed."""
        return None if code is None else cls(code=code, message=sentence or "")


class DeliveryOut(BaseModel):
    """One message to one receiver. `unknown`: it may have arrived, and is not sent again by itself; `gone`:
    the receiver wants no more."""

    id: str
    meeting_id: str
    kind: str
    target: dict[str, JsonValue] = Field(description="Whom; keys and tokens are left out.")
    state: DeliveryState
    report_version: int
    attempts: int
    next_at: datetime | None = Field(description="When it is tried next, if it is.")
    error: FailureOut | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, one: Delivery) -> "DeliveryOut":
        """From the store's record."""
        same = ("id", "meeting_id", "kind", "state", "report_version", "attempts", "created_at", "updated_at")
        return cls(
            **{name: getattr(one, name) for name in same},
            target=masked_stored(one.target),
            next_at=one.next_at if one.state == "pending" else None,
            error=FailureOut.of(one.failure_code, one.failure),
        )


class DeliveriesOut(BaseModel):
    """A page, those of the newest end of the meeting first."""

    data: list[DeliveryOut]
    next_cursor: str | None


class PreviewOut(BaseModel):
    """The same message in all its forms: mail, a chat, and the `data` of a webhook."""

    subject: str
    text: str
    html: str
    short: str
    event: str
    data: dict[str, JsonValue]


class NotificationsOut(BaseModel):
    """Whom to tell of every meeting. `push_key` is for `PushManager.subscribe`; `mail`: a mail server is
    configured."""

    targets: list[dict[str, JsonValue]]
    push_key: str
    mail: bool


async def list_deliveries(services: Services, call: Call) -> Response:
    """Of one meeting."""
    query: PageQuery = call.query
    meeting = await found_meeting(services, call)
    found = await services.notifications.deliveries(meeting.id, query.limit + 1, query.cursor or None)
    shown, following = paged(found, query.limit, place_of)
    out = DeliveriesOut(data=[DeliveryOut.of(one) for one in shown], next_cursor=following)
    return json_answer(out)


async def replay_delivery(services: Services, call: Call) -> Response:
    """202: it is sent again. One that is on its way stays as it is."""
    delivery_id = call.named("delivery_id", delivery_not_found())
    one = await services.notifications.replay_delivery(call.workspace, delivery_id)
    return json_answer(DeliveryOut.of(one), 202)


async def preview_notification(services: Services, call: Call) -> Response:
    """What would be told now. Nothing is sent."""
    meeting = await found_meeting(services, call)
    row = await services.reports.report(meeting.id)
    report = await made_now(services, meeting) if row is None else from_stored(row.report)
    links = Links(services.public_url)
    made = message(report, about(meeting, links))
    shown = PreviewOut(
        subject=made.subject,
        text=made.text,
        html=made.html,
        short=made.short,
        event=REPORT_READY,
        data=event_data(report, meeting, 0 if row is None else row.version, links),
    )
    return Response(shown.model_dump_json().encode(errors="replace"), media_type="application/json")


async def get_notifications(services: Services, call: Call) -> Response:
    """The workspace's."""
    return await _answer(services, call.workspace, secrets=False)


async def put_notifications(services: Services, call: Call) -> Response:
    """Exchange them. The answer shows the secrets of webhooks, this once."""
    body: Notify = call.body
    digests = [digest_of(target) for target in body.targets]
    await services.notifications.put_notifications(call.workspace, stored(body), digests)
    return await _answer(services, call.workspace, secrets=True)


async def _answer(services: Services, workspace: str, *, secrets: bool) -> Response:
    settings = await services.notifications.notification_settings(workspace)
    shown: dict[str, Any] = told(settings.notify, secrets=secrets) or {"targets": []}
    out = NotificationsOut(**shown, push_key=public_key(settings.push_key), mail=services.mails)
    return json_answer(out)
