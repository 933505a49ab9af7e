"""The table of recordings that come as files. See `server.store.schema`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Double, ForeignKey, Identity, Index, Table, text

from server.store.columns import StoredJSON, StoredText
from server.store.metadata import metadata, now

# Recordings that were sent, or are being sent: the file lies in a folder of the processes that have `folder`.
uploads = Table(
    "uploads",
    metadata,
    Column("id", StoredText, primary_key=True),
    # What its job knows it by.
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    # Whose audio it is, as in a session.
    Column("key_id", StoredText),
    Column("folder", StoredText, nullable=False),
    Column("state", StoredText, nullable=False, server_default="receiving"),
    Column("size", BigInteger, nullable=False),
    # By the file's own account; null where it gives none.
    Column("seconds", Double),
    # What was asked for, as a stream's `start`.
    Column("options", StoredJSON, nullable=False),
    # The session in which it is heard, and what resumes that.
    Column("session_id", StoredText),
    Column("token", StoredText),
    Column("code", StoredText),
    Column("sentence", StoredText),
    now("created_at"),
    now("updated_at"),
    CheckConstraint(
        "state IN ('receiving', 'waiting', 'hearing', 'done', 'cancelled', 'failed')", name="state"
    ),
    # The cascade.
    Index(None, "meeting_id"),
    # What holds or will hold a file, by folder.
    Index(
        "ix_uploads_open",
        "folder",
        "created_at",
        postgresql_where=text("state IN ('receiving', 'waiting', 'hearing')"),
    ),
)
