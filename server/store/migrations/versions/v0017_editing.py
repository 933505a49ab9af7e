"""Names of speakers, and corrections of finals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for both."""
    op.add_column("meetings", sa.Column("speakers", postgresql.JSONB))
    op.add_column("segments", sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.create_table(
        "corrections",
        sa.Column("segment_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("words", postgresql.JSONB, nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("restored", sa.Integer),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()
        ),
        sa.Column("made_by", sa.Text),
        sa.CheckConstraint("version >= 0", name=op.f("ck_corrections_version")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_corrections_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segments.id"], name=op.f("fk_corrections_segment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("segment_id", "version", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_meeting_id"), "corrections", ["meeting_id"])


def downgrade() -> None:
    """Forget both; texts stay as they were corrected."""
    op.drop_table("corrections")
    op.drop_column("segments", "version")
    op.drop_column("meetings", "speakers")
