"""Reports in their versions, a workspace's own templates, and the work that failed for good."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _reports()
    _ahead()
    _templates()
    _dead_letters()


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ending", sa.Integer),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("report", postgresql.JSONB, nullable=False),
        sa.Column("writing", sa.Boolean, nullable=False),
        sa.Column("keep_edits", sa.Boolean, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("drafts", postgresql.JSONB),
        sa.Column("tokens", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("failure_code", sa.Text),
        sa.Column("failure", sa.Text),
        sa.CheckConstraint("version > 0", name=op.f("ck_reports_version")),
        sa.CheckConstraint("jsonb_typeof(report) = 'object'", name=op.f("ck_reports_report")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_reports_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "version", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_meeting_id_ending"), "reports", ["meeting_id", "ending"], unique=True)
    op.create_index(op.f("ix_reports_updated_at"), "reports", ["updated_at"])


def _ahead() -> None:
    op.create_table(
        "drafts_ahead",
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("drafts", postgresql.JSONB, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_drafts_ahead_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_drafts_ahead")),
    )


def _templates() -> None:
    op.create_table(
        "templates",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_templates")),
    )


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("workflow", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column(
            "failed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_dead_letters_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
    )
    op.create_index(op.f("ix_dead_letters_failed_at_id"), "dead_letters", ["failed_at", "id"])
    op.create_index(op.f("ix_dead_letters_meeting_id"), "dead_letters", ["meeting_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("dead_letters")
    op.drop_table("templates")
    op.drop_table("drafts_ahead")
    op.drop_table("reports")
