"""The table of streams that are fetched or listened for. See `server.store.schema`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    text,
)

from server.store.columns import StoredText
from server.store.metadata import metadata, now

# One process at a time looks after each that is open: `owner`, until `owned_until` unless it renews that.
ingests = Table(
    "ingests",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    # Whose audio it is, as in a session.
    Column("key_id", StoredText),
    # The session that hears it, and what resumes that.
    Column("session_id", StoredText, nullable=False),
    Column("token", StoredText),
    # Where it is fetched from, or what is listened for, where, and what a sender must show.
    Column("url", StoredText),
    Column("listen", StoredText),
    Column("secret", StoredText),
    Column("port", Integer),
    Column("state", StoredText, nullable=False, server_default="connecting"),
    Column("code", StoredText),
    Column("sentence", StoredText),
    Column("bytes", BigInteger, nullable=False, server_default=text("0")),
    Column("seconds", Double, nullable=False, server_default=text("0")),
    Column("reconnects", Integer, nullable=False, server_default=text("0")),
    Column("began", Double),
    Column("origin", Double),
    Column("stopping", Boolean, nullable=False, server_default=text("false")),
    Column("owner", StoredText),
    Column("owned_until", DateTime(timezone=True), nullable=False),
    now("created_at"),
    now("updated_at"),
    CheckConstraint("state IN ('connecting', 'live', 'waiting', 'ended', 'failed')", name="state"),
    CheckConstraint("(url IS NULL) <> (listen IS NULL)", name="source"),
    Index(None, "meeting_id", "created_at"),
    Index(
        "ix_ingests_open",
        "owned_until",
        postgresql_where=text("state IN ('connecting', 'live', 'waiting')"),
    ),
)
