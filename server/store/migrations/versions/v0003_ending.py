"""What became of each stretch of audio, how often a meeting has ended, and which processes live."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column("meetings", sa.Column("endings", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.create_table(
        "coverage",
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("track", sa.Integer, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint(
            "outcome IN ('transcribed', 'silence', 'quarantined', 'lost')", name=op.f("ck_coverage_outcome")
        ),
        sa.CheckConstraint('"end" > start', name=op.f("ck_coverage_end")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_coverage_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "track", "start", name=op.f("pk_coverage")),
    )
    op.create_table(
        "nodes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("alive_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nodes")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("nodes")
    op.drop_table("coverage")
    op.drop_column("meetings", "endings")
