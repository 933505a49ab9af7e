"""Recordings that are sent as files, and how far they are heard."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    now = sa.func.clock_timestamp()
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="receiving"),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Double),
        sa.Column("options", postgresql.JSONB, nullable=False),
        sa.Column("session_id", sa.Text),
        sa.Column("token", sa.Text),
        sa.Column("code", sa.Text),
        sa.Column("sentence", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.CheckConstraint(
            "state IN ('receiving', 'waiting', 'hearing', 'done', 'cancelled', 'failed')",
            name=op.f("ck_uploads_state"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_uploads_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("number"),
    )
    op.create_index(op.f("ix_uploads_meeting_id"), "uploads", ["meeting_id"])
    open_ones = sa.text("state IN ('receiving', 'waiting', 'hearing')")
    op.create_index("ix_uploads_open", "uploads", ["folder", "created_at"], postgresql_where=open_ones)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("uploads")
