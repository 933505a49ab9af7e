"""The calls on webhooks: where a workspace wants to be told of events, and what became of each."""

from starlette.responses import Response

from server.http.answers import json_answer
from server.http.operations import Call
from server.http.services import Services
from server.http.webhook_models import (
    ReplayBody,
    ReplayedOut,
    RotationBody,
    WebhookBody,
    WebhookChanges,
    WebhookDeletedOut,
    WebhookDeliveriesOut,
    WebhookDeliveriesQuery,
    WebhookDeliveryOut,
    WebhookOut,
    WebhookSecretOut,
    WebhooksOut,
)
from server.store.deliveries import delivery_not_found
from server.store.endpoints import webhook_not_found


def _webhook(call: Call) -> str:
    return call.named("webhook_id", webhook_not_found())


async def create_webhook(services: Services, call: Call) -> Response:
    """201 with the webhook, its secret, and its address in `Location`."""
    body: WebhookBody = call.body
    made = await services.webhooks.create(call.workspace, body.model_dump())
    location = {"Location": f"/v1/webhooks/{made.id}"}
    return json_answer(WebhookSecretOut.of(made, secret=made.secret), 201, location)


async def list_webhooks(services: Services, call: Call) -> Response:
    """The workspace's."""
    found = await services.webhooks.endpoints(call.workspace)
    return json_answer(WebhooksOut(data=[WebhookOut.of(one) for one in found]))


async def get_webhook(services: Services, call: Call) -> Response:
    """One."""
    return json_answer(WebhookOut.of(await services.webhooks.endpoint(call.workspace, _webhook(call))))


async def update_webhook(services: Services, call: Call) -> Response:
    """Only what was sent changes."""
    body: WebhookChanges = call.body
    changed = await services.webhooks.change(
        call.workspace, _webhook(call), body.changes(), enabled=body.enabling()
    )
    return json_answer(WebhookOut.of(changed))


async def delete_webhook(services: Services, call: Call) -> Response:
    """With its history."""
    webhook = _webhook(call)
    await services.webhooks.remove(call.workspace, webhook)
    return json_answer(WebhookDeletedOut(id=webhook))


async def rotate_webhook_secret(services: Services, call: Call) -> Response:
    """The answer shows the new secret, this once."""
    body: RotationBody = call.body
    rotated = await services.webhooks.rotate(
        call.workspace, _webhook(call), body.secret, float(body.overlap_seconds)
    )
    return json_answer(WebhookSecretOut.of(rotated, secret=rotated.secret))


async def ping_webhook(services: Services, call: Call) -> Response:
    """202: a test is on its way."""
    sent = await services.webhooks.ping(call.workspace, _webhook(call))
    return json_answer(WebhookDeliveryOut.of(sent), 202)


async def list_webhook_deliveries(services: Services, call: Call) -> Response:
    """A page, the newest first."""
    query: WebhookDeliveriesQuery = call.query
    found, cursor = await services.webhooks.history(
        call.workspace, _webhook(call), cursor=query.cursor or None, limit=query.limit, state=query.state
    )
    return json_answer(
        WebhookDeliveriesOut(data=[WebhookDeliveryOut.of(one) for one in found], next_cursor=cursor)
    )


async def replay_webhook_delivery(services: Services, call: Call) -> Response:
    """202: it is sent again under the same id. One that is on its way stays as it is."""
    delivery_id = call.named("delivery_id", delivery_not_found())
    sent = await services.webhooks.replay(call.workspace, _webhook(call), delivery_id)
    return json_answer(WebhookDeliveryOut.of(sent), 202)


async def replay_webhook(services: Services, call: Call) -> Response:
    """202: what was given up is sent again."""
    body: ReplayBody = call.body
    count, more = await services.webhooks.replay_since(call.workspace, _webhook(call), body.since)
    return json_answer(ReplayedOut(replayed=count, more=more), 202)
