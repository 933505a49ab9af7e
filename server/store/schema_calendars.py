"""The tables of calendars and of the meetings that are to come in them. See `server.store.schema`."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, Table, text

from server.store.columns import StoredJSON, StoredText
from server.store.metadata import metadata, now


def _moment(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


calendars = Table(
    "calendars",
    metadata,
    Column("id", StoredText, primary_key=True),
    Column("workspace_id", StoredText, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    # Whoever has it can read the calendar: shown to nobody.
    Column("url", StoredText, nullable=False),
    Column("name", StoredText, nullable=False),
    Column("bot_name", StoredText),
    Column("template", StoredText),
    Column("notify", StoredJSON),
    Column("filter", StoredJSON, nullable=False),
    # Which look at the feed is the next one, and when it is.
    Column("number", Integer, nullable=False, server_default=text("1")),
    now("next_at"),
    # Of the last look, and of the last one that found a feed.
    _moment("checked_at"),
    _moment("read_at"),
    # Of the last version that was read.
    Column("etag", StoredText),
    Column("last_modified", StoredText),
    Column("skipped", Integer, nullable=False, server_default=text("0")),
    # Looks in a row that failed, and why the last one did.
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("failure_code", StoredText),
    Column("failure", StoredText),
    now("created_at"),
    now("updated_at"),
    CheckConstraint("number > 0", name="number"),
    # The list, newest first.
    Index(None, "workspace_id", "created_at", "id"),
)

calendar_meetings = Table(
    "calendar_meetings",
    metadata,
    Column("calendar_id", StoredText, ForeignKey("calendars.id", ondelete="CASCADE"), primary_key=True),
    Column("uid", StoredText, primary_key=True),
    # When this one of a series would have begun; empty for what does not repeat.
    Column("recurrence", StoredText, primary_key=True),
    Column("title", StoredText, nullable=False),
    Column("service", StoredText, nullable=False),
    Column("url", StoredText, nullable=False),
    _moment("starts_at", nullable=False),
    _moment("ends_at", nullable=False),
    # The list of a calendar, soonest first.
    Index(None, "calendar_id", "starts_at"),
)

calendar_bots = Table(
    "calendar_bots",
    metadata,
    Column("calendar_id", StoredText, ForeignKey("calendars.id", ondelete="CASCADE"), primary_key=True),
    Column("uid", StoredText, primary_key=True),
    Column("recurrence", StoredText, primary_key=True),
    # None of one whose meeting was deleted: it is not booked again.
    Column("bot_id", StoredText, ForeignKey("bots.id", ondelete="SET NULL")),
    # For what it was booked.
    Column("title", StoredText, nullable=False),
    Column("url", StoredText, nullable=False),
    _moment("starts_at", nullable=False),
    # The deletion of a bot.
    Index(None, "bot_id"),
)
