"""Calendars, and the meetings that are to come in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "calendars",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("url", "name")),
        *(sa.Column(name, sa.Text) for name in ("bot_name", "template")),
        sa.Column("notify", JSONB),
        sa.Column("filter", JSONB, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False, server_default=_now()),
        *(sa.Column(name, sa.DateTime(timezone=True)) for name in ("checked_at", "read_at")),
        *(sa.Column(name, sa.Text) for name in ("etag", "last_modified")),
        *(
            sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))
            for name in ("skipped", "failures")
        ),
        *(sa.Column(name, sa.Text) for name in ("failure_code", "failure")),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=_now())
            for name in ("created_at", "updated_at")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_calendars_number")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_calendars_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars")),
    )
    newest = ["workspace_id", "created_at", "id"]
    op.create_index(op.f("ix_calendars_workspace_id_created_at_id"), "calendars", newest)
    op.create_table(
        "calendar_meetings",
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("calendar_id", "uid", "recurrence", "title", "service", "url")
        ),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("starts_at", "ends_at")),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["calendars.id"],
            name=op.f("fk_calendar_meetings_calendar_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("calendar_id", "uid", "recurrence", name=op.f("pk_calendar_meetings")),
    )
    soonest = ["calendar_id", "starts_at"]
    op.create_index(op.f("ix_calendar_meetings_calendar_id_starts_at"), "calendar_meetings", soonest)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("calendar_meetings")
    op.drop_table("calendars")


def _now() -> sa.FunctionElement[object]:
    return sa.func.clock_timestamp()
