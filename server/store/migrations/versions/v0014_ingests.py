"""Streams that are fetched or listened for, and who looks after each."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    now = sa.func.clock_timestamp()
    op.create_table(
        "ingests",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("token", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("listen", sa.Text),
        sa.Column("secret", sa.Text),
        sa.Column("port", sa.Integer),
        sa.Column("state", sa.Text, nullable=False, server_default="connecting"),
        sa.Column("code", sa.Text),
        sa.Column("sentence", sa.Text),
        sa.Column("bytes", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("seconds", sa.Double, nullable=False, server_default=sa.text("0")),
        sa.Column("reconnects", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("began", sa.Double),
        sa.Column("origin", sa.Double),
        sa.Column("stopping", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("owner", sa.Text),
        sa.Column("owned_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.CheckConstraint(
            "state IN ('connecting', 'live', 'waiting', 'ended', 'failed')", name=op.f("ck_ingests_state")
        ),
        sa.CheckConstraint("(url IS NULL) <> (listen IS NULL)", name=op.f("ck_ingests_source")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_ingests_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingests")),
    )
    op.create_index(op.f("ix_ingests_meeting_id_created_at"), "ingests", ["meeting_id", "created_at"])
    open_ones = sa.text("state IN ('connecting', 'live', 'waiting')")
    op.create_index("ix_ingests_open", "ingests", ["owned_until"], postgresql_where=open_ones)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("ingests")
