"""What a session needs to be resumed, by this process or another one."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("token_hash", sa.Text, {}),
    ("options", postgresql.JSONB, {}),
    ("progress", postgresql.JSONB, {}),
    ("seq", sa.BigInteger, {"nullable": False, "server_default": sa.text("0")}),
    ("owner", sa.Text, {}),
    ("resume_until", sa.DateTime(timezone=True), {}),
    ("expired", sa.Boolean, {"nullable": False, "server_default": sa.text("false")}),
)


def upgrade() -> None:
    """Add the columns. Live sessions of an older version cannot be resumed: their time is over."""
    for name, kind, options in _COLUMNS:
        op.add_column("sessions", sa.Column(name, kind, **options))
    op.add_column(
        "segments", sa.Column("client_seq", sa.BigInteger, nullable=False, server_default=sa.text("0"))
    )
    op.execute("UPDATE sessions SET resume_until = clock_timestamp() WHERE status = 'live'")


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("segments", "client_seq")
    for name, _, _ in reversed(_COLUMNS):
        op.drop_column("sessions", name)
