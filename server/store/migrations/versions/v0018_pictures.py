"""Pictures of meetings, the text of their pages, and what bots are to keep of both."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the columns."""
    op.add_column(
        "bots", sa.Column("capture", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column("bots", sa.Column("not_kept", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.create_table(
        "pictures",
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("sources", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("kind IN ('slide', 'page')", name=op.f("ck_pictures_kind")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_pictures_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "number", name=op.f("pk_pictures")),
    )
    op.create_index(
        "ix_pictures_of_page",
        "pictures",
        ["meeting_id", "sha256"],
        unique=True,
        postgresql_where=sa.text("kind = 'page'"),
    )
    op.create_table(
        "page_texts",
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column(
            "taken_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_page_texts_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_page_texts")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("page_texts")
    op.drop_table("pictures")
    op.drop_column("bots", "not_kept")
    op.drop_column("bots", "capture")
