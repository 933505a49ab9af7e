"""The calls on the keys of a workspace: make one, list them, revoke one; and on tokens for one meeting.

A key is shown in the answer that makes it and in no other. Nobody gives a scope that they do not have.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator
from starlette.responses import Response

from server.access.access import SCOPES, Quotas, Scope
from server.access.keys import Key, NewKey, new_secret
from server.access.place import normal_origin
from server.access.tokens import LONGEST_INGEST_SECONDS, LONGEST_SECONDS, Claims, issue
from server.http.answers import json_answer
from server.http.guard import now
from server.http.models import Name, PageQuery
from server.http.moments import Zoned
from server.http.operations import Call
from server.http.services import Services
from server.store.cursor import paged, write_cursor
from server.store.keys import key_not_found


def _origin(given: str) -> str:
    origin = normal_origin(given)
    if origin is None:
        raise ValueError("must be scheme and host of a page, such as https://example.org")
    return origin


def _in_future(at: datetime) -> datetime:
    if at <= now():
        raise ValueError("must be in the future")
    return at


Origin = Annotated[str, Field(max_length=300), AfterValidator(_origin)]


class QuotasBody(BaseModel):
    """What a key may use at the most; null: no limit."""

    streams: Annotated[int, Field(ge=1, le=10_000)] | None = Field(None, description="Live streams at once.")
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        None, description="Requests a minute, counted by each process of the server."
    )
    hours_per_month: Annotated[float, Field(ge=0.01, le=1_000_000)] | None = Field(
        None, description="Hours of audio in a calendar month (UTC)."
    )


class KeyBody(BaseModel):
    """A key to make."""

    name: Name = Field("", description="What it is for.")
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)] = Field(
        list(SCOPES), description="What its holder may do."
    )
    expires_at: Annotated[Zoned, AfterValidator(_in_future)] | None = Field(
        None, description="Until when; null: until it is revoked."
    )
    quotas: QuotasBody = Field(QuotasBody(), description="What it may use.")

    def new(self) -> NewKey:
        """As the store takes it."""
        quotas = self.quotas
        limits = Quotas(quotas.streams, quotas.requests_per_minute, quotas.hours_per_month)
        return NewKey(self.name, tuple(dict.fromkeys(self.scopes)), self.expires_at, limits)


class KeyOut(BaseModel):
    """A key without its secret, known by its first characters."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="Some seconds late.")
    revoked_at: datetime | None
    quotas: QuotasBody

    @classmethod
    def of(cls, stored: Key, **more: str) -> "KeyOut":
        """From the store's record."""
        quotas = QuotasBody(
            streams=stored.quotas.streams,
            requests_per_minute=stored.quotas.requests,
            hours_per_month=stored.quotas.hours,
        )
        same = ("id", "name", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at")
        return cls(
            **{name: getattr(stored, name) for name in same},
            scopes=list(stored.scopes),
            quotas=quotas,
            **more,
        )


class NewKeyOut(KeyOut):
    """A key that was just made, with its secret, which is shown this once."""

    key: str


class KeysOut(BaseModel):
    """A page of the workspace's keys, the newest first, the revoked ones among them."""

    data: list[KeyOut]
    next_cursor: str | None


class TokenBody(BaseModel):
    """A token to make."""

    scope: Literal["ingest", "view"] = Field(description="`view`: watch and read. `ingest`: send audio.")
    ttl_seconds: int = Field(
        3600, ge=10, le=LONGEST_SECONDS, description="How long it is good; for `ingest` a day at the most."
    )
    origins: Annotated[list[Origin], Field(max_length=20)] = Field(
        [], description="Pages of which origins may use it, as https://example.org; empty: all."
    )

    @field_validator("ttl_seconds")
    @classmethod
    def _within(cls, seconds: int, info: ValidationInfo) -> int:
        if info.data.get("scope") == "ingest" and seconds > LONGEST_INGEST_SECONDS:
            raise ValueError(f"should be less than or equal to {LONGEST_INGEST_SECONDS} for `ingest`")
        return seconds


class TokenOut(BaseModel):
    """A token for one meeting and one scope. Send it as a key, or in the address as `token`."""

    token: str
    scope: str
    expires_at: datetime


async def create_key(services: Services, call: Call) -> Response:
    """201 with the key."""
    body: KeyBody = call.body
    call.access.require_all(body.scopes)
    secret = new_secret()
    made = await services.access.add_key(call.workspace, body.new(), secret)
    return json_answer(NewKeyOut.of(made, key=secret), 201)


async def list_keys(services: Services, call: Call) -> Response:
    """Without their secrets."""
    query: PageQuery = call.query
    found = await services.access.keys(call.workspace, query.limit + 1, query.cursor or None)
    shown, following = paged(found, query.limit, lambda key: write_cursor(key.created_at, key.id))
    out = KeysOut(data=[KeyOut.of(key) for key in shown], next_cursor=following)
    return json_answer(out)


async def revoke_key(services: Services, call: Call) -> Response:
    """The key, which opens nothing any more; what is open by it is closed."""
    key_id = call.named("key_id", key_not_found())
    revoked = await services.access.revoke_key(call.workspace, key_id)
    return json_answer(KeyOut.of(revoked))


async def create_token(services: Services, call: Call) -> Response:
    """201 with the token."""
    body: TokenBody = call.body
    call.access.require_all([body.scope])
    lasts = timedelta(seconds=body.ttl_seconds)
    claims = claims_for(call, call.meeting_id, body.scope, lasts, tuple(dict.fromkeys(body.origins)))
    token = issue(claims, await services.access.signing_secret())
    out = TokenOut(token=token, scope=body.scope, expires_at=claims.expires_at.replace(microsecond=0))
    return json_answer(out, 201)


def claims_for(
    call: Call, meeting: str, scope: Scope, lasts: timedelta, origins: tuple[str, ...] = ()
) -> Claims:
    """What a token says that the caller makes now; it ends no later than what the caller has shown."""
    issued = now()
    expires = call.access.until(issued + lasts)
    return Claims(call.workspace, meeting, scope, call.access.by, issued, expires, origins)
