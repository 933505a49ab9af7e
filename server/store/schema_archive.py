"""The tables of what was removed, and of how long meetings are kept. See `server.store.schema`."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, Table, text

from server.store.columns import StoredText
from server.store.metadata import metadata, now


def _workspace(**options: Any) -> Column[str]:
    owner = ForeignKey("workspaces.id", ondelete="CASCADE")
    return Column("workspace_id", StoredText, owner, nullable=False, **options)


# What is left of a meeting that was removed: its receipt, which holds ids and counts.
deletions = Table(
    "deletions",
    metadata,
    Column("id", StoredText, primary_key=True),
    _workspace(),
    Column("meeting_id", StoredText, nullable=False),
    Column("deleted_at", DateTime(timezone=True), nullable=False),
    Column("receipt", StoredText, nullable=False),
    # The list of a workspace, newest first.
    Index(None, "workspace_id", "deleted_at", "id"),
)

# What receipts are signed with: the newest signs, the others have signed.
deletion_keys = Table(
    "deletion_keys",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("private_key", StoredText, nullable=False),
    now("created_at"),
)

retention = Table(
    "retention",
    metadata,
    _workspace(primary_key=True),
    # After how many days meetings are removed that have none of their own.
    Column("days", Integer),
    # Up to when meetings were judged last, and how many were removed then.
    Column("ran_at", DateTime(timezone=True)),
    Column("deleted", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("days > 0", name="days"),
)
