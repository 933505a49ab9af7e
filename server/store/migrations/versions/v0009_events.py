"""Endpoints of webhooks, the events they ask for, and the deliveries of those."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _endpoints()
    _events()
    _deliveries()


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()
    )


def _endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("events", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("former_secret", sa.Text),
        sa.Column("former_until", sa.DateTime(timezone=True)),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.Column("disabled_code", sa.Text),
        sa.Column("disabled_reason", sa.Text),
        sa.Column("waiting", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        _moment("created_at"),
        _moment("updated_at"),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_webhook_endpoints_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    listed = ["workspace_id", "created_at", "id"]
    op.create_index(op.f("ix_webhook_endpoints_workspace_id_created_at_id"), "webhook_endpoints", listed)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("meeting_id", sa.Text),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", postgresql.JSONB, nullable=False),
        _moment("happened_at"),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_events_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_meeting_id"), "events", ["meeting_id"])
    op.create_index(op.f("ix_events_happened_at"), "events", ["happened_at"])


def _deliveries() -> None:
    op.create_table(
        "event_deliveries",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("endpoint_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="pending"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        _moment("since"),
        _moment("next_at"),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("failure_code", sa.Text),
        sa.Column("failure", sa.Text),
        _moment("created_at"),
        _moment("updated_at"),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'given_up')", name=op.f("ck_event_deliveries_state")
        ),
        _cascade("endpoint_id", "webhook_endpoints"),
        _cascade("event_id", "events"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_deliveries")),
    )
    once, history = ["event_id", "endpoint_id"], ["endpoint_id", "created_at", "id"]
    op.create_index(op.f("ix_event_deliveries_event_id_endpoint_id"), "event_deliveries", once, unique=True)
    op.create_index(op.f("ix_event_deliveries_endpoint_id_created_at_id"), "event_deliveries", history)
    op.create_index(
        "ix_event_deliveries_open",
        "event_deliveries",
        ["endpoint_id", "line", "seq"],
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    sending = sa.text("state = 'sending'")
    op.create_index(
        "ix_event_deliveries_sending", "event_deliveries", ["lease_until"], postgresql_where=sending
    )


def _cascade(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{table}.id"], name=op.f(f"fk_event_deliveries_{column}"), ondelete="CASCADE"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("event_deliveries")
    op.drop_table("events")
    op.drop_table("webhook_endpoints")
