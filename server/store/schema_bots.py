"""The tables of recorder bots. See `server.store.schema`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
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

from server.store.columns import StoredJSON, StoredText
from server.store.metadata import metadata, now

_STATES = "'scheduled', 'joining', 'waiting_room', 'recording', 'leaving', 'done', 'failed'"
_INSIDE = "state IN ('joining', 'waiting_room', 'recording', 'leaving')"

bots = Table(
    "bots",
    metadata,
    Column("id", StoredText, primary_key=True),
    # What its job knows it by.
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    Column("workspace_id", StoredText, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    # Whose audio it is, as in a session.
    Column("key_id", StoredText),
    Column("meeting_url", StoredText, nullable=False),
    # The same in one way of writing: a workspace has one bot in a place.
    Column("place", StoredText, nullable=False),
    Column("name", StoredText, nullable=False),
    Column("join_at", DateTime(timezone=True), nullable=False),
    Column("leave_when", StoredJSON, nullable=False),
    Column("state", StoredText, nullable=False, server_default="scheduled"),
    # Why it is in this state.
    Column("code", StoredText),
    Column("sentence", StoredText),
    # The process whose browser it is, and whether somebody wants it to leave.
    Column("owner", StoredText),
    Column("asked", Boolean, nullable=False, server_default=text("false")),
    # What it is to keep of what it sees, and how many pictures it saw that are not kept.
    Column("capture", StoredJSON, nullable=False, server_default=text("'{}'")),
    Column("not_kept", Integer, nullable=False, server_default=text("0")),
    now("created_at"),
    now("updated_at"),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    # The list of a workspace, newest first.
    Index(None, "workspace_id", "created_at", "id"),
    # The cascade, and whether a meeting has one in it.
    Index(None, "meeting_id"),
    Index("ix_bots_inside", "workspace_id", "place", unique=True, postgresql_where=text(_INSIDE)),
)

bot_changes = Table(
    "bot_changes",
    metadata,
    # In the order in which they happened.
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("bot_id", StoredText, ForeignKey("bots.id", ondelete="CASCADE"), nullable=False),
    now("at"),
    Column("state", StoredText, nullable=False),
    Column("code", StoredText),
    Column("sentence", StoredText),
    # The history of a bot.
    Index(None, "bot_id", "number"),
)
