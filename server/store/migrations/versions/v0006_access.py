"""Workspaces with their keys, what tokens are signed with, usage by day; every row gets its workspace."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DEFAULT = "default"
"""The workspace of everything that was stored before there were any."""


def upgrade() -> None:
    """Make the tables, and give what there is to the workspace `default`."""
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Text, nullable=False),
        _now("created_at"),
        sa.Column("notify", postgresql.JSONB),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
    )
    op.execute(f"INSERT INTO workspaces (id) VALUES ('{DEFAULT}')")  # noqa: S608 - a constant
    _keys()
    _usage()
    _meetings()
    _primary("templates", "name", "version")
    _primary("silenced", "digest")
    op.execute("UPDATE workspaces SET notify = (SELECT notify FROM notification_settings)")
    op.drop_column("notification_settings", "notify")
    op.add_column("sessions", sa.Column("key_id", sa.Text))
    live = sa.text("status = 'live'")
    op.create_index("ix_sessions_live_of_key", "sessions", ["key_id"], postgresql_where=live)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()
    )


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
    )


def _keys() -> None:
    quotas = {"streams": sa.Integer, "requests_per_minute": sa.Integer, "hours_per_month": sa.Double}
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "prefix", "hash")),
        sa.Column("scopes", postgresql.ARRAY(sa.Text), nullable=False),
        _now("created_at"),
        *(
            sa.Column(name, sa.DateTime(timezone=True))
            for name in ("expires_at", "last_used_at", "revoked_at")
        ),
        *(sa.Column(name, kind) for name, kind in quotas.items()),
        *(sa.CheckConstraint(f"{name} > 0", name=op.f(f"ck_api_keys_{name}")) for name in quotas),
        _of_workspace("api_keys"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_index(op.f("ix_api_keys_hash"), "api_keys", ["hash"], unique=True)
    listed = ["workspace_id", "created_at", "id"]
    op.create_index(op.f("ix_api_keys_workspace_id_created_at_id"), "api_keys", listed)
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        _now("created_at"),
        sa.Column("accepted_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
    )


def _usage() -> None:
    op.create_table(
        "usage",
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False, server_default=sa.text("0")),
        *(
            sa.Column(name, sa.BigInteger, nullable=False, server_default=sa.text("0"))
            for name in ("sessions", "requests", "report_tokens")
        ),
        _of_workspace("usage"),
        sa.PrimaryKeyConstraint("workspace_id", "day", "key_id", name=op.f("pk_usage")),
    )
    op.create_index(op.f("ix_usage_key_id_day"), "usage", ["key_id", "day"])


def _add_workspace(table: str) -> None:
    # The default is for the rows that there are; each new one must name its workspace.
    op.add_column(table, sa.Column("workspace_id", sa.Text, nullable=False, server_default=DEFAULT))
    op.alter_column(table, "workspace_id", server_default=None)
    op.create_foreign_key(
        op.f(f"fk_{table}_workspace_id"), table, "workspaces", ["workspace_id"], ["id"], ondelete="CASCADE"
    )


def _meetings() -> None:
    _add_workspace("meetings")
    for columns in (["created_at", "id"], ["status", "created_at", "id"]):
        op.drop_index(op.f(f"ix_meetings_{'_'.join(columns)}"), "meetings")
        within = ["workspace_id", *columns]
        op.create_index(op.f(f"ix_meetings_{'_'.join(within)}"), "meetings", within)


def _primary(table: str, *columns: str) -> None:
    _add_workspace(table)
    op.drop_constraint(op.f(f"pk_{table}"), table)
    op.create_primary_key(op.f(f"pk_{table}"), table, ["workspace_id", *columns])


def downgrade() -> None:
    """Undo it; only what the workspace `default` has is kept."""
    op.drop_column("sessions", "key_id")
    op.add_column("notification_settings", sa.Column("notify", postgresql.JSONB))
    op.execute(
        f"UPDATE notification_settings SET notify = (SELECT notify FROM workspaces WHERE id = '{DEFAULT}')"  # noqa: S608
    )
    op.execute(f"DELETE FROM workspaces WHERE id <> '{DEFAULT}'")  # noqa: S608 - a constant
    for table, columns in (("templates", ["name", "version"]), ("silenced", ["digest"])):
        op.drop_constraint(op.f(f"pk_{table}"), table)
        op.drop_column(table, "workspace_id")
        op.create_primary_key(op.f(f"pk_{table}"), table, columns)
    op.drop_column("meetings", "workspace_id")
    for columns in (["created_at", "id"], ["status", "created_at", "id"]):
        op.create_index(op.f(f"ix_meetings_{'_'.join(columns)}"), "meetings", columns)
    for table in ("usage", "signing_keys", "api_keys", "workspaces"):
        op.drop_table(table)
