"""What a request carries, read within bounds and checked against a model.

In: a request from anybody. Out: model instances, or `ProtocolError` whose sentence names the field and what
is wrong with its value. At most `MAX_BODY` bytes are read, counted as they come, whatever the headers say,
and for `BODY_SECONDS` at the most, however few come at a time.
"""

import asyncio
import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request

from streaming.errors import Close, ProtocolError
from streaming.nesting import MAX_DEPTH, too_deep

MAX_BODY = 1024 * 1024
BODY_SECONDS = 30.0

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, model: type[Model]) -> Model:
    """The JSON object in the body; an empty body counts as `{}`."""
    data = await _in_time(request)
    try:
        value = json.loads(data) if data.strip() else {}
    except (ValueError, RecursionError) as error:
        place = (
            f" at line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise ProtocolError("bad_json", f"The body is not valid JSON{place}.") from error
    if not isinstance(value, dict):
        raise ProtocolError("bad_json", "The body must be a JSON object.")
    if too_deep(value):
        raise ProtocolError("bad_json", f"The body is nested deeper than {MAX_DEPTH} levels.")
    return checked(model, value)


async def read_text(request: Request) -> str:
    """A body that is text, in UTF-8; what is none is replaced."""
    return (await _in_time(request)).decode(errors="replace")


async def _in_time(request: Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(request)
    except TimeoutError:
        message = f"The body did not come within {BODY_SECONDS:g} seconds."
        raise ProtocolError("body_too_slow", message, status=408) from None


async def _read(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY:
            message = f"The body is over {MAX_BODY} bytes, which is the most that is read."
            raise ProtocolError("body_too_big", message, Close.TOO_BIG, status=413)
    return bytes(data)


async def left(request: Request) -> None:
    """Wait until whoever made the request, whose body has been read, has hung up: `ClientDisconnect`."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    raise ClientDisconnect


def read_query(query: QueryParams, model: type[Model]) -> Model:
    """The query; of a name that is given twice the last value counts."""
    return checked(model, dict(query))


def values(query: QueryParams) -> dict[str, list[str]]:
    """All values of each name."""
    return {name: query.getlist(name) for name in query}


def checked(model: type[Model], value: dict[str, object]) -> Model:
    """An instance of the model. Raises `ProtocolError` `invalid_field`."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ProtocolError("invalid_field", _sentence(first), status=422) from None


def _sentence(fault: ErrorDetails) -> str:
    place = ".".join(str(part) for part in fault["loc"])[:80] or "body"
    reason = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
    given = repr(fault["input"])
    shown = f" (got {given if len(given) <= 60 else given[:57] + '…'})" if fault["type"] != "missing" else ""
    return f"The field `{place}` {_lower(reason)}{shown}."


def _lower(reason: str) -> str:
    """pydantic's sentence goes on after the field's name: "String should have …" → "should have …"."""
    subject, _, rest = reason.partition(" should ")
    return f"should {rest}" if rest and " " not in subject else reason[:1].lower() + reason[1:]
