"""A token for a page that is not to have a key: it opens streams in a meeting that is made for it."""

from dataclasses import dataclass
from datetime import timedelta

from server.access.tokens import issue
from server.http.keys import claims_for
from server.http.operations import Call
from server.http.services import Services
from server.store.records import NewMeeting


@dataclass(frozen=True, slots=True)
class Grant:
    """A token to send audio with, good for so many `seconds`."""

    token: str
    seconds: float


async def grant(services: Services, call: Call, seconds: float) -> Grant:
    """Make a meeting and a token for it, which ends no later than what the caller has shown.

    Raises `NotAllowed` for a caller who may not send audio, `StoreError`.
    """
    call.access.require("ingest")
    meeting = await services.store.create_meeting(NewMeeting(), call.workspace)
    claims = claims_for(call, meeting.id, "ingest", timedelta(seconds=seconds))
    token = issue(claims, await services.access.signing_secret())
    return Grant(token, (claims.expires_at - claims.issued_at).total_seconds())
