"""`POST /v1/realtime/client_secrets`, and its older form: a secret for a page, which is to have no key.

A secret is a token for a meeting that is made with it, behind the settings of the session, which the page may
change anyhow: `ek_<settings>.<token>`. A session that was opened in time goes on when it has expired.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import JSONResponse, Response

from server.http.granting import grant
from server.http.operations import Call
from server.http.services import Services
from server.openai.errors import refusal
from server.store.records import NewMeeting
from streaming.errors import ProtocolError
from streaming.protocols.openai_settings import Rejected, Settings, described, updated

PREFIX: Final = "ek_"
USUAL_SECONDS: Final = 600
LONGEST_SECONDS: Final = 7_200
MOST_SETTINGS: Final = 8_192
"""Characters of the settings in a secret, which travels in a header."""


class ExpiresAfter(BaseModel):
    """When the secret expires."""

    anchor: Literal["created_at"] = "created_at"
    seconds: Annotated[int, Field(ge=10, le=LONGEST_SECONDS)] = USUAL_SECONDS


class SecretBody(BaseModel):
    """What the secret is for: a session of type `transcription`."""

    expires_after: ExpiresAfter | None = Field(None, description="10 to 7200 seconds; 600 if left out.")
    session: dict[str, JsonValue] | None = Field(None, description="Settings of the session.")


class OlderBody(BaseModel):
    """The settings of the session, in the older dialect."""

    model_config = ConfigDict(extra="allow")


async def create_client_secret(services: Services, call: Call) -> Response:
    """The secret and the session that it opens."""
    body: SecretBody = call.body
    seconds = (body.expires_after or ExpiresAfter()).seconds
    try:
        settings, _ = updated(Settings(), body.session or {})
        value, expires_at = await _secret(services, call, settings, seconds)
    except Rejected as rejected:
        return refusal(rejected.error, call.request, rejected.param)
    session = described(settings, secrets.token_hex(10), older=False, expires_at=None)
    return JSONResponse({"value": value, "expires_at": expires_at, "session": session})


async def create_transcription_session(services: Services, call: Call) -> Response:
    """The session, and the secret in it."""
    body: OlderBody = call.body
    try:
        settings, _ = updated(Settings(), body.model_extra or {})
        value, expires_at = await _secret(services, call, settings, USUAL_SECONDS)
    except Rejected as rejected:
        return refusal(rejected.error, call.request, rejected.param)
    session = described(settings, secrets.token_hex(10), older=True, expires_at=None)
    return JSONResponse({**session, "client_secret": {"value": value, "expires_at": expires_at}})


async def _secret(services: Services, call: Call, settings: Settings, seconds: int) -> tuple[str, int]:
    kept = json.dumps({"audio": settings.audio(), "include": settings.include}, separators=(",", ":"))
    shown = base64.urlsafe_b64encode(kept.encode()).decode().rstrip("=")
    if len(shown) > MOST_SETTINGS:
        raise Rejected(ProtocolError("invalid_field", "The settings are too long for a secret."), "session")
    start = settings.start(None)
    meeting = NewMeeting(languages=start.languages, hotwords=start.hotwords)
    granted = await grant(services, call, seconds, meeting)
    return f"{PREFIX}{shown}.{granted.token}", int(granted.expires_at.timestamp())


def opened(secret: str) -> tuple[str, Mapping[str, Any] | None]:
    """The token in a secret, and the settings; any other credential as it is."""
    if not secret.startswith(PREFIX):
        return secret, None
    shown, _, token = secret.removeprefix(PREFIX).partition(".")
    try:
        session = json.loads(base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return token, None
    return token, session if isinstance(session, dict) else None
