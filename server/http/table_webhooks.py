"""The part of the table of HTTP operations that is about webhooks."""

from server.http import webhook_models as models
from server.http import webhooks
from server.http.operations import Answer, Operation

_WEBHOOKS = "/v1/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/{{webhook_id}}"
_NONE = {404: "`webhook_not_found`: the workspace has no webhook with this id."}
_DISABLED = "`webhook_disabled`: nothing is sent to it."

WEBHOOKS: tuple[Operation, ...] = (
    Operation(
        "POST",
        _WEBHOOKS,
        webhooks.create_webhook,
        "manage",
        "Make a webhook",
        "Signed messages (Standard Webhooks 1.0), within each meeting in the order of what happened. An "
        "event has the same `webhook-id` in every attempt, and may come twice. What is not taken is tried "
        "again for a day. The secret is shown in this answer and in no other.",
        tag="webhooks",
        body=models.WebhookBody,
        answers={201: Answer("The webhook and its secret.", models.WebhookSecretOut)},
        errors={409: "`too_many_webhooks`: a workspace has 20 at the most."},
    ),
    Operation(
        "GET",
        _WEBHOOKS,
        webhooks.list_webhooks,
        "manage",
        "List the webhooks",
        tag="webhooks",
        answers={200: Answer("All webhooks.", models.WebhooksOut)},
    ),
    Operation(
        "GET",
        _WEBHOOK,
        webhooks.get_webhook,
        "manage",
        "Read a webhook",
        tag="webhooks",
        answers={200: Answer("The webhook, without its secret.", models.WebhookOut)},
        errors=_NONE,
    ),
    Operation(
        "PATCH",
        _WEBHOOK,
        webhooks.update_webhook,
        "manage",
        "Change a webhook, or switch it on or off",
        "What happens while it is off is not told. What waits when it is switched off is given up, and can "
        "be replayed.",
        tag="webhooks",
        body=models.WebhookChanges,
        answers={200: Answer("The webhook as it is now.", models.WebhookOut)},
        errors=_NONE,
    ),
    Operation(
        "DELETE",
        _WEBHOOK,
        webhooks.delete_webhook,
        "manage",
        "Delete a webhook",
        tag="webhooks",
        answers={200: Answer("It is deleted, with its history.", models.WebhookDeletedOut)},
        errors=_NONE,
    ),
    Operation(
        "POST",
        f"{_WEBHOOK}/secret",
        webhooks.rotate_webhook_secret,
        "manage",
        "Change the secret of a webhook",
        "Messages are signed with both secrets for a time, so that a receiver may have either.",
        tag="webhooks",
        body=models.RotationBody,
        answers={200: Answer("The webhook and its new secret.", models.WebhookSecretOut)},
        errors=_NONE,
    ),
    Operation(
        "POST",
        f"{_WEBHOOK}/ping",
        webhooks.ping_webhook,
        "manage",
        "Send a test to a webhook",
        "An event `webhook.ping`. It waits for no other.",
        tag="webhooks",
        answers={202: Answer("It is on its way.", models.WebhookDeliveryOut)},
        errors=_NONE | {409: _DISABLED},
    ),
    Operation(
        "GET",
        f"{_WEBHOOK}/deliveries",
        webhooks.list_webhook_deliveries,
        "manage",
        "List what a webhook was told",
        "Newest first, for 30 days. Follow `next_cursor` until it is null.",
        tag="webhooks",
        query=models.WebhookDeliveriesQuery,
        answers={200: Answer("A page of deliveries.", models.WebhookDeliveriesOut)},
        errors=_NONE | {400: "`bad_cursor`: the cursor is not one that this list gave."},
    ),
    Operation(
        "POST",
        f"{_WEBHOOK}/deliveries/{{delivery_id}}/replay",
        webhooks.replay_webhook_delivery,
        "manage",
        "Send an event again",
        "Under the same id. One that is on its way stays as it is.",
        tag="webhooks",
        answers={202: Answer("It is on its way.", models.WebhookDeliveryOut)},
        errors={404: "`webhook_not_found`, `delivery_not_found`."},
    ),
    Operation(
        "POST",
        f"{_WEBHOOK}/replay",
        webhooks.replay_webhook,
        "manage",
        "Send again what was given up",
        "The oldest first, under the same ids.",
        tag="webhooks",
        body=models.ReplayBody,
        answers={202: Answer("They are on their way.", models.ReplayedOut)},
        errors=_NONE,
    ),
)
