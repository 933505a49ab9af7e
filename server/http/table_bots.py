"""The part of the table of HTTP operations that is about recorder bots."""

from server.http import bot_models as models
from server.http import bots
from server.http.operations import NO_MEETING, Answer, Operation

_BOTS = "/v1/bots"
_BOT = f"{_BOTS}/{{bot_id}}"
_NONE = {404: "`bot_not_found`: the workspace has no bot with this id."}

BOTS: tuple[Operation, ...] = (
    Operation(
        "POST",
        _BOTS,
        bots.create_bot,
        "ingest",
        "Send a bot to a meeting",
        "It joins in a browser, at once or at its time, and hears each participant by name. Its states are "
        "told to webhooks as `bot.status`; the report is written when it has left.",
        tag="bots",
        body=models.BotBody,
        answers={201: Answer("The bot, and its meeting's id.", models.BotDetail)},
        errors={
            400: "`meeting_url_refused`: no address of a page that a bot may go to.",
            **NO_MEETING,
            409: "`bot_already_there`: one of the workspace is in that meeting.",
        },
    ),
    Operation(
        "GET",
        _BOTS,
        bots.list_bots,
        "view",
        "List the bots",
        "Newest first. Follow `next_cursor` until it is null.",
        tag="bots",
        query=models.BotsQuery,
        answers={200: Answer("A page of bots.", models.BotsOut)},
        errors={400: "`bad_cursor`: the cursor is not one that this list gave."},
    ),
    Operation(
        "GET",
        _BOT,
        bots.get_bot,
        "view",
        "Read a bot and its history",
        tag="bots",
        answers={200: Answer("The bot.", models.BotDetail)},
        errors=_NONE,
    ),
    Operation(
        "POST",
        f"{_BOT}/leave",
        bots.leave_bot,
        "ingest",
        "Have a bot leave",
        "It leaves within seconds, and what was heard is kept; one that has not joined yet is called off.",
        tag="bots",
        answers={202: Answer("The bot as it is now.", models.BotDetail)},
        errors=_NONE,
    ),
)
