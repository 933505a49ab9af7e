"""Receipts of deletions, the keys that sign them, and how long a workspace keeps its meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the indexes by which meetings are found whose time is over."""
    op.create_table(
        "deletion_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("private_key", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=_now()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion_keys")),
    )
    op.create_table(
        "deletions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        _of_workspace("deletions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletions")),
    )
    newest = ["workspace_id", "deleted_at", "id"]
    op.create_index(op.f("ix_deletions_workspace_id_deleted_at_id"), "deletions", newest)
    op.create_table(
        "retention",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("days", sa.Integer),
        sa.Column("ran_at", sa.DateTime(timezone=True)),
        sa.Column("deleted", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.CheckConstraint("days > 0", name=op.f("ck_retention_days")),
        _of_workspace("retention"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_retention")),
    )
    own = "timezone('UTC', COALESCE(ended_at, created_at)) + make_interval(0, 0, 0, retention_days)"
    op.create_index(
        "ix_meetings_kept_for",
        "meetings",
        [sa.text(f"({own})")],
        postgresql_where=sa.text("retention_days IS NOT NULL AND status <> 'live'"),
    )
    op.create_index(
        "ix_meetings_kept_since",
        "meetings",
        ["workspace_id", sa.text("COALESCE(ended_at, created_at)")],
        postgresql_where=sa.text("retention_days IS NULL AND status <> 'live'"),
    )


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_meetings_kept_since", "meetings")
    op.drop_index("ix_meetings_kept_for", "meetings")
    op.drop_table("retention")
    op.drop_table("deletions")
    op.drop_table("deletion_keys")


def _now() -> sa.FunctionElement[object]:
    return sa.func.clock_timestamp()
