"""The sound of meetings, where it is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the wish for it."""
    op.add_column(
        "meetings", sa.Column("record", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.create_table(
        "recordings",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Integer, nullable=False),
        sa.Column("track", sa.Text),
        sa.Column("begin", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger),
        sa.Column("size", sa.BigInteger),
        sa.Column("peaks", sa.LargeBinary),
        sa.Column("folder", sa.Text),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
        sa.CheckConstraint('"end" >= begin', name=op.f("ck_recordings_end")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_recordings_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_recordings_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )
    op.create_index(op.f("ix_recordings_meeting_id"), "recordings", ["meeting_id"])
    op.create_index(op.f("ix_recordings_session_id"), "recordings", ["session_id"])
    op.create_index(
        "ix_recordings_in_folder", "recordings", ["folder"], postgresql_where=sa.text("folder IS NOT NULL")
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("recordings")
    op.drop_column("meetings", "record")
