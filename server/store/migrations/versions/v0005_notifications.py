"""Deliveries of notifications, the workspace's targets, and receivers that want no more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _deliveries()
    op.create_table(
        "notification_settings",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("notify", postgresql.JSONB),
        sa.Column("mail_key", sa.Text, nullable=False),
        sa.Column("push_key", sa.Text, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_notification_settings_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_settings")),
    )
    op.create_table(
        "silenced",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=_now()),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_silenced")),
    )


def _now() -> sa.FunctionElement[object]:
    return sa.func.clock_timestamp()


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("report_version", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("target", postgresql.JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="pending"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False, server_default=_now()),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("failure_code", sa.Text),
        sa.Column("failure", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=_now()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=_now()),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'failed', 'unknown', 'gone')",
            name=op.f("ck_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_deliveries_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    once = ["meeting_id", "number", "digest"]
    op.create_index(op.f("ix_deliveries_meeting_id_number_digest"), "deliveries", once, unique=True)
    open_ones = sa.text("state IN ('pending', 'sending')")
    op.create_index("ix_deliveries_due", "deliveries", ["next_at"], postgresql_where=open_ones)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("silenced")
    op.drop_table("notification_settings")
    op.drop_table("deliveries")
