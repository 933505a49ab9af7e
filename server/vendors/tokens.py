"""Short-lived tokens as clients of AssemblyAI and Speechmatics ask for them, for pages that open streams."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from server.http.granting import grant
from server.http.operations import Call
from server.http.services import Services


class StreamingTokenQuery(BaseModel):
    """How long streams may be opened with the token."""

    expires_in_seconds: Annotated[int, Field(ge=1, le=600)]
    max_session_duration_seconds: Annotated[
        int | None, Field(ge=60, le=10_800, description="Not applied: a stream may last as long as it likes.")
    ] = None


class StreamingTokenOut(BaseModel):
    """A token: send it as `Authorization`, or as `?token=` in the address."""

    token: str
    expires_in_seconds: int


class TemporaryKeyQuery(BaseModel):
    """What the key is for."""

    type: Literal["rt"]


class TemporaryKeyBody(BaseModel):
    """How long streams may be opened with the key, and what the vendor's clients say beside it."""

    model_config = ConfigDict(extra="ignore")

    ttl: Annotated[int, Field(ge=60, le=86_400)]
    region: Annotated[str | None, Field(max_length=20, description="Not used.")] = None
    client_ref: Annotated[str | None, Field(max_length=200, description="Not used.")] = None


class TemporaryKeyOut(BaseModel):
    """A token: send it as `Authorization: Bearer`, or as `?jwt=` in the address."""

    key_value: str


async def streaming_token(services: Services, call: Call) -> Response:
    """AssemblyAI's token."""
    query: StreamingTokenQuery = call.query
    made = await grant(services, call, query.expires_in_seconds)
    out = StreamingTokenOut(token=made.token, expires_in_seconds=int(made.seconds))
    return JSONResponse(out.model_dump())


async def temporary_key(services: Services, call: Call) -> Response:
    """Speechmatics' temporary key."""
    body: TemporaryKeyBody = call.body
    made = await grant(services, call, body.ttl)
    return JSONResponse(TemporaryKeyOut(key_value=made.token).model_dump(), 201)
