"""The calls on what was removed, and on how long meetings are kept."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from server.http.answers import json_answer
from server.http.models import PageQuery, RetentionDays
from server.http.operations import Call
from server.http.services import Services
from server.store.deletion_records import Deletion, Reason, Retention
from server.store.deletions import KINDS, deletion_not_found


class DeletionOut(BaseModel):
    """What was removed of a meeting: ids, counts and a time, no content. `receipt` says the same, signed: a
    JSON Web Signature by Ed25519."""

    id: str
    meeting_id: str
    deleted_at: datetime
    reason: Reason = Field(description="Somebody's `request`, or the end of its `retention`.")
    removed: dict[str, int] = Field(
        description=f"How many of each kind, of audio how many files: {', '.join(KINDS)}."
    )
    sessions: list[str]
    receipt: str

    @classmethod
    def of(cls, deletion: Deletion) -> "DeletionOut":
        """From the store's record."""
        return cls.model_validate(deletion, from_attributes=True)


class DeletionsOut(BaseModel):
    """A page of receipts, the newest first."""

    data: list[DeletionOut]
    next_cursor: str | None


class PublicKeyOut(BaseModel):
    """An Ed25519 key as a JSON Web Key (RFC 8037)."""

    kid: str
    kty: str
    crv: str
    x: str
    alg: str
    use: str


class KeySetOut(BaseModel):
    """A JSON Web Key Set (RFC 7517): every key that signs or has signed."""

    keys: list[PublicKeyOut]


class SweepOut(BaseModel):
    """The last sweep: `at` is the time by which meetings were judged."""

    at: datetime
    deleted: int


class RetentionBody(BaseModel):
    """For how long meetings are kept."""

    days: RetentionDays | None = Field(
        description="Days from the end of a meeting until all of it is deleted, unless it has days of its "
        "own; null: it is kept."
    )


class RetentionOut(BaseModel):
    """For how long meetings are kept, and the last sweep; `last_sweep` is null before the first."""

    days: int | None
    last_sweep: SweepOut | None

    @classmethod
    def of(cls, kept: Retention) -> "RetentionOut":
        """From the store's record."""
        last = None if kept.ran_at is None else SweepOut(at=kept.ran_at, deleted=kept.deleted)
        return cls(days=kept.days, last_sweep=last)


def deleted_answer(deletion: Deletion) -> Response:
    """The receipt."""
    return _answer(DeletionOut.of(deletion))


async def get_deletion(services: Services, call: Call) -> Response:
    """A receipt, again."""
    deletion_id = call.named("deletion_id", deletion_not_found())
    return deleted_answer(await services.archive.deletion(call.workspace, deletion_id))


async def list_deletions(services: Services, call: Call) -> Response:
    """Receipts, the newest first."""
    query: PageQuery = call.query
    page = await services.archive.deletions(call.workspace, cursor=query.cursor or None, limit=query.limit)
    data = [DeletionOut.of(one) for one in page.deletions]
    return _answer(DeletionsOut(data=data, next_cursor=page.next_cursor))


async def list_deletion_keys(services: Services, _: Call) -> Response:
    """What receipts are verified with."""
    keys: Any = await services.archive.deletion_keys()
    return _answer(KeySetOut(keys=keys))


async def get_retention(services: Services, call: Call) -> Response:
    """The workspace's."""
    return _answer(RetentionOut.of(await services.archive.retention(call.workspace)))


async def update_retention(services: Services, call: Call) -> Response:
    """The workspace's, as it is now."""
    body: RetentionBody = call.body
    return _answer(RetentionOut.of(await services.archive.keep_for(call.workspace, body.days)))


def _answer(out: BaseModel) -> Response:
    return json_answer(out)
