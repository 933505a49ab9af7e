"""The tables of events, of the endpoints that ask for them, and of their deliveries.

See `server.store.schema`. What is told of a meeting goes with it by `ON DELETE CASCADE`; only that it was
deleted is kept, which names no content.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    text,
)

from server.store.columns import StoredJSON, StoredText, StoredTexts
from server.store.metadata import metadata, now


def _cascading(name: str, column: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, StoredText, ForeignKey(column, ondelete="CASCADE"), nullable=nullable)


webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", StoredText, primary_key=True),
    _cascading("workspace_id", "workspaces.id"),
    Column("url", StoredText, nullable=False),
    Column("description", StoredText, nullable=False),
    Column("events", StoredTexts, nullable=False),
    Column("secret", StoredText, nullable=False),
    # What messages are signed with too, until then.
    Column("former_secret", StoredText),
    Column("former_until", DateTime(timezone=True)),
    # Nothing is sent to it, and why.
    Column("disabled_at", DateTime(timezone=True)),
    Column("disabled_code", StoredText),
    Column("disabled_reason", StoredText),
    # How many deliveries were open when they were counted last.
    Column("waiting", Integer, nullable=False, server_default=text("0")),
    # Since when no attempt has arrived.
    Column("failing_since", DateTime(timezone=True)),
    now("created_at"),
    now("updated_at"),
    # The list, newest first, and who asks for an event.
    Index(None, "workspace_id", "created_at", "id"),
)

events = Table(
    "events",
    metadata,
    # What receivers know it by.
    Column("id", StoredText, primary_key=True),
    # The order in which things became true, within a meeting.
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    # None of what outlives its meeting, or is of none.
    _cascading("meeting_id", "meetings.id", nullable=True),
    Column("type", StoredText, nullable=False),
    Column("data", StoredJSON, nullable=False),
    now("happened_at"),
    # The cascade.
    Index(None, "meeting_id"),
    # What is old.
    Index(None, "happened_at"),
)

event_deliveries = Table(
    "event_deliveries",
    metadata,
    Column("id", StoredText, primary_key=True),
    _cascading("endpoint_id", "webhook_endpoints.id"),
    _cascading("event_id", "events.id"),
    # What must arrive in order: the events of a meeting, by their `seq`.
    Column("line", StoredText, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("state", StoredText, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    # From when on its day counts.
    now("since"),
    now("next_at"),
    # Until when the process that is sending it is believed to live.
    Column("lease_until", DateTime(timezone=True)),
    Column("failure_code", StoredText),
    Column("failure", StoredText),
    now("created_at"),
    now("updated_at"),
    CheckConstraint("state IN ('pending', 'sending', 'sent', 'given_up')", name="state"),
    # One of an event and an endpoint; the cascade from events.
    Index(None, "event_id", "endpoint_id", unique=True),
    # The first of each line, and how many of an endpoint are open.
    Index(
        "ix_event_deliveries_open",
        "endpoint_id",
        "line",
        "seq",
        postgresql_where=text("state IN ('pending', 'sending')"),
    ),
    # What was left by a process that died.
    Index("ix_event_deliveries_sending", "lease_until", postgresql_where=text("state = 'sending'")),
    # The history, newest first, and the cascade from endpoints.
    Index(None, "endpoint_id", "created_at", "id"),
)
