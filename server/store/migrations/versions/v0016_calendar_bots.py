"""The bots that are booked for the meetings of calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "calendar_bots",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("calendar_id", "uid", "recurrence")),
        sa.Column("bot_id", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "url")),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendars.id"], name=op.f("fk_calendar_bots_calendar_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["bot_id"], ["bots.id"], name=op.f("fk_calendar_bots_bot_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("calendar_id", "uid", "recurrence", name=op.f("pk_calendar_bots")),
    )
    op.create_index(op.f("ix_calendar_bots_bot_id"), "calendar_bots", ["bot_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("calendar_bots")
