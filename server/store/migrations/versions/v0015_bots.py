"""Recorder bots and their history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = "'scheduled', 'joining', 'waiting_room', 'recording', 'leaving', 'done', 'failed'"


def upgrade() -> None:
    """Make the tables."""
    now = sa.func.clock_timestamp()
    op.create_table(
        "bots",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text),
        sa.Column("meeting_url", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("join_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leave_when", postgresql.JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="scheduled"),
        sa.Column("code", sa.Text),
        sa.Column("sentence", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("asked", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_bots_state")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_bots_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_bots_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bots")),
        sa.UniqueConstraint("number"),
    )
    op.create_index(op.f("ix_bots_workspace_id_created_at_id"), "bots", ["workspace_id", "created_at", "id"])
    op.create_index(op.f("ix_bots_meeting_id"), "bots", ["meeting_id"])
    inside = sa.text("state IN ('joining', 'waiting_room', 'recording', 'leaving')")
    op.create_index("ix_bots_inside", "bots", ["workspace_id", "place"], unique=True, postgresql_where=inside)
    op.create_table(
        "bot_changes",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("bot_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("sentence", sa.Text),
        sa.ForeignKeyConstraint(
            ["bot_id"], ["bots.id"], name=op.f("fk_bot_changes_bot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_bot_changes")),
    )
    op.create_index(op.f("ix_bot_changes_bot_id_number"), "bot_changes", ["bot_id", "number"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("bot_changes")
    op.drop_table("bots")
