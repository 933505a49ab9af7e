"""The part of the table of HTTP operations that is about notifications."""

from server.http import notifications, targets, unsubscribe
from server.http.models import PageQuery
from server.http.operations import Answer, Operation
from server.notify.targets import Notify

_MEETING = "/v1/meetings/{meeting_id}"
_NO_MEETING = {404: "`meeting_not_found`: there is no meeting with this id."}
_TARGETS = "/v1/notifications/targets"
_TARGET = "/v1/notifications/targets/{target_id}"
_NO_TARGET = {404: "`target_not_found`: nobody whom the workspace tells has this id."}
_UNSUBSCRIBE = "/unsubscribe/{token}"
_NO_TOKEN = {404: "`not_found`: the link is not one that a mail held."}

NOTIFICATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{_MEETING}/deliveries",
        notifications.list_deliveries,
        "manage",
        "List who was told of the report",
        "One delivery for each receiver and end of the meeting: made when the report is ready, tried again "
        "for three and a half days, and never sent twice.",
        tag="notifications",
        query=PageQuery,
        answers={200: Answer("A page of the meeting's deliveries.", notifications.DeliveriesOut)},
        errors={**_NO_MEETING, 400: "`bad_cursor`: the cursor is not one that this list gave."},
    ),
    Operation(
        "POST",
        f"{_MEETING}/notifications/preview",
        notifications.preview_notification,
        "view",
        "See what is told of the report",
        "Only statements that the words bear out are told, each with its quote. Nothing is sent.",
        tag="notifications",
        answers={200: Answer("The message in all its forms.", notifications.PreviewOut)},
        errors=_NO_MEETING,
    ),
    Operation(
        "POST",
        "/v1/deliveries/{delivery_id}/replay",
        notifications.replay_delivery,
        "manage",
        "Send a message again",
        "Under the same id. One that is on its way stays as it is.",
        tag="notifications",
        answers={202: Answer("It is on its way.", notifications.DeliveryOut)},
        errors={404: "`delivery_not_found`."},
    ),
    Operation(
        "GET",
        "/v1/notifications",
        notifications.get_notifications,
        "manage",
        "Read whom to tell of every meeting",
        tag="notifications",
        answers={200: Answer("The targets, without keys and tokens.", notifications.NotificationsOut)},
    ),
    Operation(
        "PUT",
        "/v1/notifications",
        notifications.put_notifications,
        "manage",
        "Say whom to tell of every meeting",
        "All targets are exchanged. The secrets of webhooks are shown in this answer and in no other.",
        tag="notifications",
        body=Notify,
        answers={200: Answer("The targets as they are now.", notifications.NotificationsOut)},
    ),
    Operation(
        "GET",
        _TARGETS,
        targets.list_targets,
        "manage",
        "List whom to tell of every meeting",
        "Each with an id, by which it is exchanged, taken away and tried.",
        tag="notifications",
        answers={200: Answer("The targets, without keys and tokens.", targets.TargetsOut)},
    ),
    Operation(
        "POST",
        _TARGETS,
        targets.add_target,
        "manage",
        "Tell somebody more of every meeting",
        "A receiver who is told already is exchanged. The secret of a webhook is shown in this answer only.",
        tag="notifications",
        body=targets.TargetBody,
        answers={201: Answer("The target.", targets.TargetOut)},
    ),
    Operation(
        "PUT",
        _TARGET,
        targets.exchange_target,
        "manage",
        "Exchange one whom to tell of every meeting",
        "Another receiver has another id. The secret of a webhook is shown in this answer only.",
        tag="notifications",
        body=targets.TargetBody,
        answers={200: Answer("The target as it is now.", targets.TargetOut)},
        errors=_NO_TARGET,
    ),
    Operation(
        "DELETE",
        _TARGET,
        targets.remove_target,
        "manage",
        "Tell somebody nothing of meetings any more",
        tag="notifications",
        answers={204: Answer("It is told nothing more.")},
        errors=_NO_TARGET,
    ),
    Operation(
        "POST",
        f"{_TARGET}/test",
        targets.try_target,
        "manage",
        "Try one whom to tell",
        "It is sent a message that says it is a test, now and once: the answer says what became of it.",
        tag="notifications",
        answers={200: Answer("Whether it was sent.", targets.TrialOut)},
        errors={**_NO_TARGET, 503: "`not_ready`: nothing is sent from here."},
    ),
    Operation(
        "GET",
        _UNSUBSCRIBE,
        unsubscribe.show_unsubscribe,
        None,
        "Ask whether to stop mail to an address",
        "The link that each mail has. It changes nothing.",
        tag="notifications",
        answers={200: Answer("A page with a button.", media=("text/html",))},
        errors=_NO_TOKEN,
    ),
    Operation(
        "POST",
        _UNSUBSCRIBE,
        unsubscribe.unsubscribe,
        None,
        "Stop mail to an address",
        "Also what a mail program sends by itself (RFC 8058).",
        tag="notifications",
        answers={200: Answer("A page that says so.", media=("text/html",))},
        errors=_NO_TOKEN,
    ),
)
