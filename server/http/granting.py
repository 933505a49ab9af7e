"""A token for a page that is not to have a key: it opens streams in a meeting that is made for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.access.tokens import issue
from server.http.keys import claims_for
from server.http.operations import Call
from server.http.services import Services
from server.store.records import NewMeeting


@dataclass(frozen=True, slots=True)
class Grant:
    """A token to send audio with, good for so many `seconds`: until `expires_at`."""

    token: str
    seconds: float
    expires_at: datetime


async def grant(
    services: Services,
    call: Call,
    seconds: float,
    meeting: NewMeeting = NewMeeting(),  # noqa: B008 - frozen
) -> Grant:
    """Make a meeting and a token for it, which ends no later than what the caller has shown.

    Raises `NotAllowed` for a caller who may not send audio, `StoreError`.
    """
    call.access.require("ingest")
    made = await services.store.create_meeting(meeting, call.workspace)
    claims = claims_for(call, made.id, "ingest", timedelta(seconds=seconds))
    token = issue(claims, await services.access.signing_secret())
    return Grant(token, (claims.expires_at - claims.issued_at).total_seconds(), claims.expires_at)
