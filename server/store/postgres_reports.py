"""`PostgresReports`: reports, templates and failed work on PostgreSQL, one transaction a call."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from server.store import dead_letters, reports, templates
from server.store.engine import transaction
from server.store.queue import REPORT
from server.store.report_records import (
    MOST_VERSIONS,
    DeadLetter,
    Failure,
    NewReport,
    ReportHead,
    StoredReport,
    StoredTemplate,
)


class PostgresReports:
    """See `server.store.reports_api.Reports` for what each method promises."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_report(self, meeting_id: str, new: NewReport) -> int:
        """Store a report as the newest version; its number."""
        async with transaction(self._engine) as connection:
            return await reports.add(connection, meeting_id, new)

    async def report(self, meeting_id: str, version: int | None = None) -> StoredReport | None:
        """One version, or the newest."""
        async with transaction(self._engine) as connection:
            return await reports.get(connection, meeting_id, version)

    async def report_heads(
        self, meeting_id: str, limit: int = MOST_VERSIONS, cursor: str | None = None
    ) -> tuple[ReportHead, ...]:
        """The newest versions without their text, the newest first. Raises `ProtocolError` `bad_cursor`."""
        async with transaction(self._engine) as connection:
            return await reports.heads(connection, meeting_id, limit, cursor)

    async def newest_heads(self, meeting_ids: Collection[str]) -> Mapping[str, ReportHead]:
        """The newest version of each of the meetings that has one, by the meeting's id."""
        async with transaction(self._engine) as connection:
            return await reports.newest_heads(connection, meeting_ids)

    async def drafts(self, meeting_id: str, version: int) -> Mapping[str, Any] | None:
        """What a language model has answered so far."""
        async with transaction(self._engine) as connection:
            return await reports.drafts(connection, meeting_id, version)

    async def save_drafts(
        self, meeting_id: str, version: int, drafts: Mapping[str, Any], tokens: int
    ) -> None:
        """Store what was answered so far."""
        async with transaction(self._engine) as connection:
            await reports.save_drafts(connection, meeting_id, version, drafts, tokens)

    async def ahead(self, meeting_id: str) -> Mapping[str, Any] | None:
        """What a language model has answered of a meeting that runs."""
        async with transaction(self._engine) as connection:
            return await reports.ahead(connection, meeting_id)

    async def save_ahead(self, meeting_id: str, drafts: Mapping[str, Any], tokens: int) -> None:
        """Store what was answered of a meeting that runs, from where its first report goes on."""
        async with transaction(self._engine) as connection:
            await reports.save_ahead(connection, meeting_id, drafts, tokens)

    async def try_again(
        self, meeting_id: str, version: int, attempt: int, *, failure: Failure, delay: float
    ) -> None:
        """Queue another attempt."""
        async with transaction(self._engine) as connection:
            await reports.try_again(connection, meeting_id, version, attempt, failure=failure, delay=delay)

    async def give_up(self, meeting_id: str, version: int, failure: Failure) -> None:
        """Make no further attempt."""
        async with transaction(self._engine) as connection:
            await reports.give_up(connection, meeting_id, version, failure)

    async def finish_report(
        self,
        meeting_id: str,
        version: int,
        changed: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        failure: Failure | None = None,
    ) -> None:
        """Store the report as written, and why its writing failed, in one transaction."""
        async with transaction(self._engine) as connection:
            await reports.change(connection, meeting_id, version, changed, writing=False)
            if failure is not None:
                await dead_letters.add(
                    connection, REPORT, meeting_id, version, step="summarise", failure=failure
                )

    async def change_report(
        self, meeting_id: str, changed: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> int:
        """Change the newest version; its number."""
        async with transaction(self._engine) as connection:
            return await reports.change(connection, meeting_id, None, changed)

    async def tokens_of_day(self) -> int:
        """What a language model took within 24 hours."""
        async with transaction(self._engine) as connection:
            return await reports.tokens_of_day(connection)

    async def templates(self, workspace: str) -> tuple[StoredTemplate, ...]:
        """The workspace's own templates."""
        async with transaction(self._engine) as connection:
            return await templates.all_of(connection, workspace)

    async def template(self, workspace: str, name: str) -> StoredTemplate | None:
        """The workspace's own template of this name."""
        async with transaction(self._engine) as connection:
            return await templates.get(connection, workspace, name)

    async def put_template(self, workspace: str, name: str, least: int, source: str) -> StoredTemplate:
        """Store a new version of a template."""
        async with transaction(self._engine) as connection:
            return await templates.put(connection, workspace, name, least, source)

    async def withdraw_template(self, workspace: str, name: str) -> bool:
        """Whether there was a template of this name; there is none now."""
        async with transaction(self._engine) as connection:
            return await templates.withdraw(connection, workspace, name)

    async def add_dead_letter(
        self, workflow: str, meeting_id: str, number: int, *, step: str, failure: Failure
    ) -> None:
        """Keep what failed for good."""
        async with transaction(self._engine) as connection:
            await dead_letters.add(connection, workflow, meeting_id, number, step=step, failure=failure)

    async def dead_letters(
        self, workspace: str, limit: int = 200, cursor: str | None = None
    ) -> tuple[DeadLetter, ...]:
        """What failed for good, the newest first. Raises `ProtocolError` `bad_cursor`."""
        async with transaction(self._engine) as connection:
            return await dead_letters.newest(connection, workspace, limit, cursor)

    async def replay(self, workspace: str, letter_id: str) -> None:
        """Have failed work done again."""
        async with transaction(self._engine) as connection:
            await dead_letters.replay(connection, workspace, letter_id)
