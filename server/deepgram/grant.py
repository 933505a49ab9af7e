"""`POST /v1/auth/grant`: a short-lived token for a page that is not to have a key.

A token is good for one meeting, so one is made for what the page will send.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from server.access.tokens import issue
from server.http.keys import claims_for
from server.http.operations import Call
from server.http.services import Services
from server.store.records import NewMeeting


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
    call.access.require("ingest")
    meeting = await services.store.create_meeting(NewMeeting(), call.workspace)
    claims = claims_for(call, meeting.id, "ingest", timedelta(seconds=body.ttl_seconds))
    token = issue(claims, await services.access.signing_secret())
    lasts = (claims.expires_at - claims.issued_at).total_seconds()
    return JSONResponse(GrantOut(access_token=token, expires_in=lasts).model_dump())
