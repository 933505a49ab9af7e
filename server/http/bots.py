"""The calls on recorder bots: send one, see what becomes of it, have it leave."""

from starlette.responses import Response

from server.http.answers import json_answer
from server.http.bot_models import BotBody, BotChangeOut, BotDetail, BotOut, BotsOut, BotsQuery
from server.http.operations import Call, meeting_id
from server.http.services import Services
from server.store.bot_records import Bot
from server.store.bots import bot_not_found


async def create_bot(services: Services, call: Call) -> Response:
    """201 with the bot, and its address in `Location`."""
    body: BotBody = call.body
    if body.meeting_id is not None:
        await services.guard.enter(call.access, meeting_id(body.meeting_id))
    bot = await services.sending.send(call.workspace, body.order(), key=call.access.key)
    return await _answer(services, bot, 201, {"Location": f"/v1/bots/{bot.id}"})


async def list_bots(services: Services, call: Call) -> Response:
    """A page, the newest first."""
    query: BotsQuery = call.query
    page = await services.sending.records.page(
        call.workspace, cursor=query.cursor or None, limit=query.limit, state=query.status
    )
    return json_answer(BotsOut(data=[BotOut.of(one) for one in page.bots], next_cursor=page.next_cursor))


async def get_bot(services: Services, call: Call) -> Response:
    """One, with its history."""
    return await _answer(services, await services.sending.records.get(call.workspace, _bot(call)))


async def leave_bot(services: Services, call: Call) -> Response:
    """202: it leaves within seconds; one that has not joined yet never will."""
    return await _answer(services, await services.sending.leave(call.workspace, _bot(call)), 202)


def _bot(call: Call) -> str:
    return call.named("bot_id", bot_not_found())


async def _answer(
    services: Services, bot: Bot, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    history = [BotChangeOut.of(one) for one in await services.sending.records.changes(bot.id)]
    return json_answer(BotDetail.of(bot, history=history), status, headers)
