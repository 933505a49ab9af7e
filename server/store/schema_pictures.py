"""The tables of what was seen of meetings: pictures, and the text of a page. See `server.store.schema`."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    text,
)

from server.store.columns import StoredText, StoredTexts
from server.store.metadata import metadata, now

pictures = Table(
    "pictures",
    metadata,
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True),
    # From 1 on, in the order in which they were stored.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", StoredText, nullable=False),
    # The time of the day: the meeting's clock begins with its first session, which may be later.
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("media_type", StoredText, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", StoredText, nullable=False),
    # Pixels; 0 where they are not known.
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("title", StoredText, nullable=False),
    Column("sources", StoredTexts, nullable=False),
    Column("data", LargeBinary, nullable=False),
    CheckConstraint("kind IN ('slide', 'page')", name="kind"),
    # An image of a page is kept once; a slide that is shown again is shown at another time.
    Index(
        "ix_pictures_of_page",
        "meeting_id",
        "sha256",
        unique=True,
        postgresql_where=text("kind = 'page'"),
    ),
)

page_texts = Table(
    "page_texts",
    metadata,
    Column("meeting_id", StoredText, ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True),
    Column("url", StoredText, nullable=False),
    Column("title", StoredText, nullable=False),
    Column("text", StoredText, nullable=False),
    Column("whole", Boolean, nullable=False),
    now("taken_at"),
)
