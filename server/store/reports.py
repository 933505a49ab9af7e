"""Queries on the versions of reports. Each takes the connection of the caller's transaction.

Whoever adds a version or changes one holds the meeting's row, as all who write to a meeting do.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, Select, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store import events, usage
from server.store.cursor import read_place
from server.store.meetings import lock, require
from server.store.queue import REPORT, enqueue
from server.store.report_records import GIVEN_UP, MOST_VERSIONS, Failure, NewReport, ReportHead, StoredReport
from server.store.schema import drafts_ahead, meetings, reports
from streaming.errors import NotFound, ProtocolError


def report_not_found() -> NotFound:
    """The error for a version that is not there."""
    return NotFound("report_not_found", "This meeting has no such report.")


async def add(connection: AsyncConnection, meeting_id: str, new: NewReport) -> int:
    """Store a report as the newest version and give its number; for an end that has one, that one's.

    Raises `NotFound`, and `ProtocolError` `too_many_reports`.
    """
    await lock(connection, meeting_id)
    of_meeting = reports.c.meeting_id == meeting_id
    if new.ending is not None:
        query = select(reports.c.version).where(of_meeting, reports.c.ending == new.ending)
        if (made := (await connection.execute(query)).scalar_one_or_none()) is not None:
            return int(made)
    newest = await connection.execute(select(func.coalesce(func.max(reports.c.version), 0)).where(of_meeting))
    version = int(newest.scalar_one()) + 1
    if version > MOST_VERSIONS:
        message = f"A meeting has {MOST_VERSIONS} versions of its report at the most."
        raise ProtocolError("too_many_reports", message, status=409)
    values = {"meeting_id": meeting_id, "version": version, **asdict(new)}
    if new.writing and new.ending is not None:
        values |= await _taken_ahead(connection, meeting_id)
    await connection.execute(insert(reports).values(**values))
    if new.writing:
        await enqueue(connection, REPORT, meeting_id, version)
    else:
        await events.reported(connection, await require(connection, meeting_id), version, new.report)
    return version


async def _taken_ahead(connection: AsyncConnection, meeting_id: str) -> dict[str, Any]:
    """What was answered while the meeting ran."""
    taken = delete(drafts_ahead).where(drafts_ahead.c.meeting_id == meeting_id).returning(drafts_ahead)
    row = (await connection.execute(taken)).mappings().one_or_none()
    return {} if row is None else {"drafts": row["drafts"], "tokens": row["tokens"]}


async def ahead(connection: AsyncConnection, meeting_id: str) -> Mapping[str, Any] | None:
    """What was answered so far of a meeting that runs."""
    query = select(drafts_ahead.c.drafts).where(drafts_ahead.c.meeting_id == meeting_id)
    found: Mapping[str, Any] | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def save_ahead(
    connection: AsyncConnection, meeting_id: str, drafts: Mapping[str, Any], tokens: int
) -> None:
    """Store what was answered of a meeting that runs; of one that has ended, nothing. Raises `NotFound`."""
    await lock(connection, meeting_id)
    running = select(meetings.c.id).where(meetings.c.id == meeting_id, meetings.c.status == "live")
    if (await connection.execute(running)).scalar_one_or_none() is None:
        return
    before = select(drafts_ahead.c.tokens).where(drafts_ahead.c.meeting_id == meeting_id)
    counted = (await connection.execute(before)).scalar_one_or_none() or 0
    await usage.add_report_tokens(connection, meeting_id, tokens - counted)
    values = {"drafts": drafts, "tokens": tokens}
    saved = postgresql.insert(drafts_ahead).values(meeting_id=meeting_id, **values)
    await connection.execute(saved.on_conflict_do_update(index_elements=["meeting_id"], set_=values))


async def get(connection: AsyncConnection, meeting_id: str, version: int | None) -> StoredReport | None:
    """One version, or the newest; None where there is none."""
    query = _of(meeting_id).order_by(reports.c.version.desc()).limit(1)
    if version is not None:
        query = query.where(reports.c.version == version)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _stored(row)


async def heads(
    connection: AsyncConnection, meeting_id: str, limit: int, cursor: str | None = None
) -> tuple[ReportHead, ...]:
    """The newest versions without their text, the newest first. Raises `ProtocolError` (`bad_cursor`)."""
    query = _heads().where(reports.c.meeting_id == meeting_id).order_by(reports.c.version.desc()).limit(limit)
    if cursor is not None:
        query = query.where(reports.c.version < read_place(cursor, int)[0])
    return tuple(ReportHead(**row) for row in (await connection.execute(query)).mappings())


async def newest_heads(connection: AsyncConnection, meeting_ids: Collection[str]) -> Mapping[str, ReportHead]:
    """The newest version of each of the meetings that has one, by the meeting's id."""
    query = (
        _heads()
        .add_columns(reports.c.meeting_id)
        .ext(postgresql.distinct_on(reports.c.meeting_id))
        .where(reports.c.meeting_id.in_(meeting_ids))
        .order_by(reports.c.meeting_id, reports.c.version.desc())
    )
    rows = [dict(row) for row in (await connection.execute(query)).mappings()]
    return {row.pop("meeting_id"): ReportHead(**row) for row in rows}


def _heads() -> Select[Any]:
    """Versions without their text."""
    report = reports.c.report
    return select(
        *(reports.c[name] for name in ("version", "created_at", "updated_at", "writing", "failure_code")),
        report["status"].astext.label("status"),
        report["template"].astext.label("template"),
        report["template_version"].as_integer().label("template_version"),
        report["language"].astext.label("language"),
        report["reason"].astext.label("reason"),
        report["model"]["model"].astext.label("model"),
    )


async def drafts(connection: AsyncConnection, meeting_id: str, version: int) -> Mapping[str, Any] | None:
    """What a language model has answered so far."""
    query = select(reports.c.drafts).where(_is(meeting_id, version))
    found: Mapping[str, Any] | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def save_drafts(
    connection: AsyncConnection, meeting_id: str, version: int, drafts: Mapping[str, Any], tokens: int
) -> None:
    """Store what was answered so far, with the tokens it took. Raises `NotFound`."""
    before = select(reports.c.tokens).where(_is(meeting_id, version))
    counted = (await connection.execute(before)).scalar_one_or_none() or 0
    values = {"drafts": drafts, "tokens": tokens, "updated_at": func.clock_timestamp()}
    await _change(connection, meeting_id, version, values)
    await usage.add_report_tokens(connection, meeting_id, tokens - counted)


async def try_again(
    connection: AsyncConnection,
    meeting_id: str,
    version: int,
    attempt: int,
    *,
    failure: Failure,
    delay: float,
) -> None:
    """Queue the attempt of this number, to begin in `delay` seconds."""
    values = {"attempt": attempt, "failure_code": failure.code, "failure": failure.sentence}
    await _change(connection, meeting_id, version, values)
    await enqueue(connection, REPORT, meeting_id, version, attempt=attempt, delay=delay)


async def give_up(connection: AsyncConnection, meeting_id: str, version: int, failure: Failure) -> None:
    """No further attempt is made; the report is still to be finished with what there is."""
    values = {"failure_code": failure.code, "failure": failure.sentence, "attempt": GIVEN_UP}
    await _change(connection, meeting_id, version, values)


async def change(
    connection: AsyncConnection,
    meeting_id: str,
    version: int | None,
    changed: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    **values: Any,
) -> int:
    """Put `changed(report)` in the place of a version's report, the newest's if None; its number.

    No other change comes between. Of one that is written with it, it is told. Raises `NotFound`, and what
    `changed` raises.
    """
    await lock(connection, meeting_id)
    found = await get(connection, meeting_id, version)
    if found is None:
        raise report_not_found()
    report = changed(found.report)
    values |= {"report": report, "updated_at": func.clock_timestamp()}
    await _change(connection, meeting_id, found.version, values)
    if found.writing and not values.get("writing", True):
        await events.reported(connection, await require(connection, meeting_id), found.version, report)
    return found.version


async def tokens_of_day(connection: AsyncConnection) -> int:
    """The tokens that reports took which changed within 24 hours."""
    since = func.clock_timestamp() - text("interval '1 day'")
    query = select(func.coalesce(func.sum(reports.c.tokens), 0)).where(reports.c.updated_at > since)
    return int((await connection.execute(query)).scalar_one())


async def _change(
    connection: AsyncConnection, meeting_id: str, version: int, values: Mapping[str, Any]
) -> None:
    changed = await connection.execute(update(reports).where(_is(meeting_id, version)).values(**values))
    if not changed.rowcount:
        raise report_not_found()


def _is(meeting_id: str, version: int) -> Any:
    return (reports.c.meeting_id == meeting_id) & (reports.c.version == version)


def _of(meeting_id: str) -> Select[Any]:
    others = reports.alias()
    newest = select(func.max(others.c.version)).where(others.c.meeting_id == meeting_id).scalar_subquery()
    unread = {"ending", "drafts", "tokens"}
    columns = (column for column in reports.c if column.name not in unread)
    return select(*columns, newest.label("newest")).where(reports.c.meeting_id == meeting_id)


def _stored(row: RowMapping) -> StoredReport:
    return StoredReport(**row)
