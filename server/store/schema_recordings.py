"""The table of recordings: one row a piece. See `server.store.schema`."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    text,
)

from server.store.columns import StoredText
from server.store.metadata import metadata, now

# A piece of one track of a session, without a hole. Its file lies in a folder of the processes that have
# `folder`, or in their bucket where that is null.
recordings = Table(
    "recordings",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    Column("session_id", StoredText, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    # Which channel of the session it is, and what that is called.
    Column("channel", Integer, nullable=False),
    Column("track", StoredText),
    # Samples [begin, end) of the session's clock; `end` is null while it is written.
    Column("begin", BigInteger, nullable=False),
    Column("end", BigInteger),
    Column("size", BigInteger),
    # How loud it is, a byte each tenth of a second.
    Column("peaks", LargeBinary),
    Column("folder", StoredText),
    now("created_at"),
    CheckConstraint('"end" >= begin', name="end"),
    # The list of a meeting, and the cascade.
    Index(None, "meeting_id"),
    # What a session that goes on has already, and the cascade.
    Index(None, "session_id"),
    # What a process must look after in its folder.
    Index("ix_recordings_in_folder", "folder", postgresql_where=text("folder IS NOT NULL")),
)
