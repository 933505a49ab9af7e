"""Meetings, sessions and segments, with full-text search in Russian and English."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _seconds(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Double, nullable=False, server_default=sa.text("0"))


_SEPARATORS = "«»‹›“”„‟‘’‚—–―…·•¿¡№™。、，？！：；（）「」\u00a0\u202f"


def _searches(source: str) -> list[sa.Column[Any]]:
    return [
        sa.Column(
            f"search_{language}",
            postgresql.TSVECTOR,
            sa.Computed(
                f"to_tsvector('{language}'::regconfig, translate(\"left\"(coalesce({source}, ''), 100000), "
                f"'{_SEPARATORS}', '{' ' * len(_SEPARATORS)}'))",
                persisted=True,
            ),
        )
        for language in ("russian", "english")
    ]


def _search_indexes(table: str) -> None:
    for language in ("russian", "english"):
        column = f"search_{language}"
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], postgresql_using="gin")


def upgrade() -> None:
    """Make the tables."""
    _meetings()
    _sessions()
    _segments()


def downgrade() -> None:
    """Drop the tables with everything in them."""
    for table in ("segments", "sessions", "meetings"):
        op.drop_table(table)


def _meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="created"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("title", sa.Text),
        sa.Column("languages", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("template", sa.Text),
        sa.Column("stability", sa.Text, nullable=False),
        sa.Column("hotwords", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("notify", postgresql.JSONB),
        sa.Column("retention_days", sa.Integer),
        sa.Column("metadata", postgresql.JSONB, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        *_searches("title"),
        sa.CheckConstraint("status IN ('created', 'live', 'ended')", name=op.f("ck_meetings_status")),
        sa.CheckConstraint("stability IN ('stable', 'accurate')", name=op.f("ck_meetings_stability")),
        sa.CheckConstraint("retention_days >= 0", name=op.f("ck_meetings_retention_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    op.create_index(op.f("ix_meetings_created_at_id"), "meetings", ["created_at", "id"])
    op.create_index(op.f("ix_meetings_status_created_at_id"), "meetings", ["status", "created_at", "id"])
    _search_indexes("meetings")


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="live"),
        sa.Column("encoding", sa.Text, nullable=False),
        sa.Column("sample_rate", sa.Integer),
        sa.Column("channels", sa.Integer),
        sa.Column("speaker", sa.Text),
        sa.Column("track", sa.Text),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("offset", sa.Double, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        *map(_seconds, ("duration", "received", "transcribed", "silence", "quarantined", "lost")),
        sa.CheckConstraint("status IN ('live', 'ended')", name=op.f("ck_sessions_status")),
        sa.CheckConstraint('"offset" >= 0', name=op.f("ck_sessions_offset")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_sessions_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(
        op.f("ix_sessions_meeting_id_started_at_id"), "sessions", ["meeting_id", "started_at", "id"]
    )
    op.create_index(
        op.f("ix_sessions_live"), "sessions", ["meeting_id"], postgresql_where=sa.text("status = 'live'")
    )


def _segments() -> None:
    op.create_table(
        "segments",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("start", sa.Double, nullable=False),
        sa.Column("end", sa.Double, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("words", postgresql.JSONB, nullable=False),
        sa.Column("speaker", sa.Text),
        sa.Column("track", sa.Text),
        sa.Column("confidence", sa.Double),
        sa.Column("flags", postgresql.ARRAY(sa.Text), nullable=False),
        *_searches("text"),
        sa.CheckConstraint("jsonb_typeof(words) = 'array'", name=op.f("ck_segments_words")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_segments_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_segments_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
    )
    op.create_index(op.f("ix_segments_meeting_id_start_id"), "segments", ["meeting_id", "start", "id"])
    op.create_index(op.f("ix_segments_session_id"), "segments", ["session_id"])
    _search_indexes("segments")
