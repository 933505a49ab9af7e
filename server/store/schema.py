"""The tables, as SQLAlchemy Core metadata: what the queries are written against.

The migrations make them; a test holds that both agree. Times are `timestamptz`; media times are seconds as
double precision; coverage is one column a part, so that it can be summed. Each index serves a named query.
Everything of a meeting goes with it by `ON DELETE CASCADE`.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from server.store.columns import StoredJSON, StoredText, StoredTexts
from server.store.metadata import metadata, now
from server.store.schema_access import api_keys, sign_ins, signing_keys, usage, workspaces
from server.store.schema_archive import deletion_keys, deletions, retention
from server.store.schema_bots import bot_changes, bots
from server.store.schema_calendars import calendar_bots, calendar_meetings, calendars
from server.store.schema_events import event_deliveries, events, webhook_endpoints
from server.store.schema_ingests import ingests
from server.store.schema_pictures import page_texts, pictures
from server.store.schema_recordings import recordings
from server.store.schema_uploads import uploads

__all__ = [
    "SEPARATORS",
    "api_keys",
    "bot_changes",
    "bots",
    "calendar_bots",
    "calendar_meetings",
    "calendars",
    "corrections",
    "coverage",
    "dead_letters",
    "deletion_keys",
    "deletions",
    "deliveries",
    "drafts_ahead",
    "event_deliveries",
    "events",
    "ingests",
    "meetings",
    "metadata",
    "nodes",
    "notification_settings",
    "page_texts",
    "pictures",
    "recordings",
    "reports",
    "retention",
    "segments",
    "sessions",
    "sign_ins",
    "signing_keys",
    "silenced",
    "templates",
    "uploads",
    "usage",
    "webhook_endpoints",
    "workspaces",
]

SEARCHED_CHARACTERS: Final = 100_000
"""Text beyond this is stored but not searchable: a search vector must stay below 1 MiB."""

SEPARATORS: Final = "«»‹›“”„‟‘’‚—–―…·•¿¡№™。、，？！：；（）「」\u00a0\u202f"
"""Taken for spaces where words are looked for. With PostgreSQL's C locale, which is the embedded one's way of
being the same on every machine, the parser takes any character beyond ASCII for part of a word."""


def _seconds(name: str) -> Column[float]:
    return Column(name, Double, nullable=False, server_default=text("0"))


def _coverage() -> list[Column[Any]]:
    return [_seconds(part) for part in ("received", "transcribed", "silence", "quarantined", "lost")]


def _search(name: str, language: str, source: str) -> Column[Any]:
    beginning = f"\"left\"(coalesce({source}, ''), {SEARCHED_CHARACTERS})"
    plain = f"translate({beginning}, '{SEPARATORS}', '{' ' * len(SEPARATORS)}')"
    return Column(name, TSVECTOR, Computed(f"to_tsvector('{language}'::regconfig, {plain})", persisted=True))


meetings = Table(
    "meetings",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("workspace_id", StoredText, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("status", StoredText, nullable=False, server_default="created"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("title", StoredText),
    Column("languages", StoredTexts, nullable=False),
    Column("template", StoredText),
    Column("stability", StoredText, nullable=False),
    Column("hotwords", StoredTexts, nullable=False),
    Column("notify", StoredJSON),
    Column("retention_days", Integer),
    Column("metadata", StoredJSON, nullable=False),
    Column("record", Boolean, nullable=False, server_default=text("false")),
    Column("last_seq", BigInteger, nullable=False, server_default=text("0")),
    # Names that people gave to speakers, by label; null as long as nobody gave one.
    Column("speakers", StoredJSON),
    # How often it has ended: each end has a follow-up.
    Column("endings", Integer, nullable=False, server_default=text("0")),
    _search("search_russian", "russian", "title"),
    _search("search_english", "english", "title"),
    CheckConstraint("status IN ('created', 'live', 'ended')", name="status"),
    CheckConstraint("stability IN ('stable', 'accurate')", name="stability"),
    CheckConstraint("retention_days >= 0", name="retention_days"),
    # The list of a workspace, newest first, of all and of one status.
    Index(None, "workspace_id", "created_at", "id"),
    Index(None, "workspace_id", "status", "created_at", "id"),
    Index(None, "search_russian", postgresql_using="gin"),
    Index(None, "search_english", postgresql_using="gin"),
    # Those whose time is over: by days of their own, and by the workspace's.
    Index(
        "ix_meetings_kept_for",
        text("(timezone('UTC', COALESCE(ended_at, created_at)) + make_interval(0, 0, 0, retention_days))"),
        postgresql_where=text("retention_days IS NOT NULL AND status <> 'live'"),
    ),
    Index(
        "ix_meetings_kept_since",
        "workspace_id",
        text("COALESCE(ended_at, created_at)"),
        postgresql_where=text("retention_days IS NULL AND status <> 'live'"),
    ),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    Column("status", StoredText, nullable=False, server_default="live"),
    Column("encoding", StoredText, nullable=False),
    Column("sample_rate", Integer),
    Column("channels", Integer),
    Column("speaker", StoredText),
    Column("track", StoredText),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("offset", Double, nullable=False),
    Column("position", BigInteger, nullable=False, server_default=text("0")),
    _seconds("duration"),
    *_coverage(),
    # What a session needs to be resumed: by whom, with which options, from where.
    Column("token_hash", StoredText),
    Column("options", StoredJSON),
    Column("progress", StoredJSON),
    Column("seq", BigInteger, nullable=False, server_default=text("0")),
    # The process that keeps it live, until when that holds without a renewal, and whether it ended by that.
    Column("owner", StoredText),
    Column("resume_until", DateTime(timezone=True)),
    Column("expired", Boolean, nullable=False, server_default=text("false")),
    # Whose audio it is, for quotas and usage; null where no key of the table was shown.
    Column("key_id", StoredText),
    CheckConstraint("status IN ('live', 'ended')", name="status"),
    CheckConstraint('"offset" >= 0', name="offset"),
    # The sessions of a meeting in order, and the sums over them.
    Index(None, "meeting_id", "started_at", "id"),
    # Which sessions are live, of a meeting or at all.
    Index("ix_sessions_live", "meeting_id", postgresql_where=text("status = 'live'")),
    Index("ix_sessions_live_of_key", "key_id", postgresql_where=text("status = 'live'")),
)

segments = Table(
    "segments",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    Column("session_id", StoredText, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("client_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("start", Double, nullable=False),
    Column("end", Double, nullable=False),
    Column("text", StoredText, nullable=False),
    Column("language", StoredText, nullable=False),
    # One array of {word, start, end, confidence}: words are read with their segment and never alone.
    Column("words", StoredJSON, nullable=False),
    Column("speaker", StoredText),
    Column("track", StoredText),
    Column("confidence", Double),
    Column("flags", StoredTexts, nullable=False),
    # How often people corrected it: `corrections` has every version, this row the newest.
    Column("version", Integer, nullable=False, server_default=text("0")),
    _search("search_russian", "russian", "text"),
    _search("search_english", "english", "text"),
    CheckConstraint("jsonb_typeof(words) = 'array'", name="words"),
    # The transcript in order.
    Index(None, "meeting_id", "start", "id"),
    # The cascade from sessions.
    Index(None, "session_id"),
    Index(None, "search_russian", postgresql_using="gin"),
    Index(None, "search_english", postgresql_using="gin"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("segment_id", StoredText, ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True),
    # 0 is what was heard; kept from the first correction on.
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    Column("text", StoredText, nullable=False),
    Column("words", StoredJSON, nullable=False),
    Column("flags", StoredTexts, nullable=False),
    # The version that was brought back, where one was.
    Column("restored", Integer),
    now("made_at"),
    # Who: the id of a key, or a word for who needs none; null of what was heard.
    Column("made_by", StoredText),
    CheckConstraint("version >= 0", name="version"),
    # The cascade from meetings, and what belongs to one.
    Index(None, "meeting_id"),
)

coverage = Table(
    "coverage",
    metadata,
    # Samples [start, end) of one track: what became of them. They lie end to end.
    Column("session_id", StoredText, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("track", Integer, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("end", BigInteger, nullable=False),
    Column("outcome", StoredText, nullable=False),
    Column("reason", StoredText),
    CheckConstraint("outcome IN ('transcribed', 'silence', 'quarantined', 'lost')", name="outcome"),
    CheckConstraint('"end" > start', name="end"),
)

# The processes that share the database: who of them lives may have work begun, see `jobs`.
nodes = Table(
    "nodes",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("alive_until", DateTime(timezone=True), nullable=False),
)


reports = Table(
    "reports",
    metadata,
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    # The end of the meeting that led to it: each end leads to one. None where somebody asked for it.
    Column("ending", Integer),
    now("created_at"),
    now("updated_at"),
    # What was asked for; the report itself says what it was written by.
    Column("template", StoredText, nullable=False),
    Column("language", StoredText, nullable=False),
    Column("report", StoredJSON, nullable=False),
    # A language model is at work on it; what it has answered, and what that took, in tokens.
    Column("writing", Boolean, nullable=False),
    Column("keep_edits", Boolean, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("drafts", StoredJSON),
    Column("tokens", BigInteger, nullable=False, server_default=text("0")),
    # Why the last attempt failed.
    Column("failure_code", StoredText),
    Column("failure", StoredText),
    CheckConstraint("version > 0", name="version"),
    CheckConstraint("jsonb_typeof(report) = 'object'", name="report"),
    Index(None, "meeting_id", "ending", unique=True),
    # The tokens of a day.
    Index(None, "updated_at"),
)

drafts_ahead = Table(
    "drafts_ahead",
    metadata,
    # What a language model has answered while the meeting runs; its first report goes on from there.
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True),
    Column("drafts", StoredJSON, nullable=False),
    Column("tokens", BigInteger, nullable=False),
)

templates = Table(
    "templates",
    metadata,
    Column("workspace_id", StoredText, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True),
    Column("name", StoredText, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    now("created_at"),
    # TOML, as it was given.
    Column("source", StoredText, nullable=False),
    # The name means the built-in template again, or none. Versions are never used twice.
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    # The row of steps, what it was begun for, and the step that failed for good.
    Column("workflow", StoredText, nullable=False),
    Column("number", Integer, nullable=False),
    Column("step", StoredText, nullable=False),
    Column("code", StoredText, nullable=False),
    Column("sentence", StoredText, nullable=False),
    now("failed_at"),
    # The list, newest first.
    Index(None, "failed_at", "id"),
    # The cascade.
    Index(None, "meeting_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    # The id is also what receivers know a message by.
    Column("id", StoredText, primary_key=True),
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False),
    # Which end of the meeting is told, and the digest of whom: nobody is told twice.
    Column("number", Integer, nullable=False),
    Column("digest", StoredText, nullable=False),
    Column("report_version", Integer, nullable=False),
    Column("kind", StoredText, nullable=False),
    Column("target", StoredJSON, nullable=False),
    Column("state", StoredText, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    now("next_at"),
    # Until when the process that is sending it is believed to live.
    Column("lease_until", DateTime(timezone=True)),
    Column("failure_code", StoredText),
    Column("failure", StoredText),
    now("created_at"),
    now("updated_at"),
    CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed', 'unknown', 'gone')", name="state"),
    Index(None, "meeting_id", "number", "digest", unique=True),
    # What is due, and what was left by a process that died.
    Index("ix_deliveries_due", "next_at", postgresql_where=text("state IN ('pending', 'sending')")),
)

notification_settings = Table(
    "notification_settings",
    metadata,
    # One row, of all workspaces.
    Column("id", Integer, primary_key=True, autoincrement=False),
    # What unsubscribe links and pushes are signed with: made once, the same on every node.
    Column("mail_key", StoredText, nullable=False),
    Column("push_key", StoredText, nullable=False),
    CheckConstraint("id = 1", name="one"),
)

# Receivers that want no more, by the digest of their target: who unsubscribed is kept without the address.
silenced = Table(
    "silenced",
    metadata,
    Column("workspace_id", StoredText, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", StoredText, primary_key=True),
    Column("code", StoredText, nullable=False),
    now("created_at"),
)
