"""No reports: what `server.store.reports_api.Reports` gives where nothing was stored. It takes nothing."""

from collections.abc import Collection, Mapping
from typing import cast

from server.store.report_records import DeadLetter, ReportHead, StoredReport, StoredTemplate
from server.store.reports_api import Reports


class _NoReports:
    async def report(self, meeting_id: str, version: int | None = None) -> StoredReport | None:
        return None

    async def report_heads(
        self, meeting_id: str, limit: int = 0, cursor: str | None = None
    ) -> tuple[ReportHead, ...]:
        return ()

    async def newest_heads(self, meeting_ids: Collection[str]) -> Mapping[str, ReportHead]:
        return {}

    async def templates(self, workspace: str) -> tuple[StoredTemplate, ...]:
        return ()

    async def template(self, workspace: str, name: str) -> StoredTemplate | None:
        return None

    async def dead_letters(
        self, workspace: str, limit: int = 200, cursor: str | None = None
    ) -> tuple[DeadLetter, ...]:
        return ()


def no_reports() -> Reports:
    """Reads find nothing; a write is a mistake of the test, and there is no method for it."""
    return cast("Reports", _NoReports())
