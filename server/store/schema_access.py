"""The tables of who may call: workspaces, their keys, the sign-ins of browsers, what tokens are signed with,
and what was used.

See `server.store.schema`. A key is stored by its hash alone. Usage outlives the meetings and the keys that it
was counted for.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    text,
)

from server.store.columns import StoredJSON, StoredText, StoredTexts
from server.store.metadata import metadata, now

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", StoredText, primary_key=True),
    now("created_at"),
    # Whom to tell of every meeting.
    Column("notify", StoredJSON),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("workspace_id", StoredText, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("name", StoredText, nullable=False),
    # The first characters, by which people know a key, and the hash, by which it is found.
    Column("prefix", StoredText, nullable=False),
    Column("hash", StoredText, nullable=False),
    Column("scopes", StoredTexts, nullable=False),
    now("created_at"),
    Column("expires_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    # Quotas; null is none.
    Column("streams", Integer),
    Column("requests_per_minute", Integer),
    Column("hours_per_month", Double),
    CheckConstraint("streams > 0", name="streams"),
    CheckConstraint("requests_per_minute > 0", name="requests_per_minute"),
    CheckConstraint("hours_per_month > 0", name="hours_per_month"),
    Index(None, "hash", unique=True),
    # The list, newest first.
    Index(None, "workspace_id", "created_at", "id"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    # Of the cookie.
    Column("hash", StoredText, primary_key=True),
    # The key that was shown; without one the server's own, of which there is a proof.
    Column("key_id", StoredText, ForeignKey("api_keys.id", ondelete="CASCADE")),
    Column("proof", StoredText),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("(key_id IS NULL) <> (proof IS NULL)", name="by"),
    # Those of a key, the oldest of which give way, and the cascade.
    Index(None, "key_id", "created_at"),
    # Those that are over.
    Index(None, "expires_at"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    # The newest that is not retired signs; one that is retired is accepted until its tokens have expired.
    Column("id", StoredText, primary_key=True),
    Column("secret", StoredText, nullable=False),
    now("created_at"),
    Column("accepted_until", DateTime(timezone=True)),
)

usage = Table(
    "usage",
    metadata,
    Column("workspace_id", StoredText, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True),
    # UTC.
    Column("day", Date, primary_key=True),
    # Empty where no key of the table was shown.
    Column("key_id", StoredText, primary_key=True),
    Column("seconds", Double, nullable=False, server_default=text("0")),
    Column("sessions", BigInteger, nullable=False, server_default=text("0")),
    Column("requests", BigInteger, nullable=False, server_default=text("0")),
    Column("report_tokens", BigInteger, nullable=False, server_default=text("0")),
    # What a key has used within a month.
    Index(None, "key_id", "day"),
)
