"""`POST /v1/auth/grant`: a short-lived token for a page that is not to have a key.

A token is good for one meeting, so one is made for what the page will send.
"""

from typing import Annotated

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from server.http.granting import grant
from server.http.operations import Call
from server.http.services import Services


class GrantBody(BaseModel):
    """How long the token is to be good."""

    ttl_seconds: Annotated[float, Field(ge=1, le=3600)] = 30.0


class GrantOut(BaseModel):
    """A token: send it as `Authorization: Bearer`, or in a browser as the subprotocol after `bearer`."""

    access_token: str
    expires_in: float


async def grant_token(services: Services, call: Call) -> Response:
    """The token; a stream that was opened in time goes on when it has expired."""
    body: GrantBody = call.body
    made = await grant(services, call, body.ttl_seconds)
    return JSONResponse(GrantOut(access_token=made.token, expires_in=made.seconds).model_dump())
