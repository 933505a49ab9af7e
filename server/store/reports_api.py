"""Reports, templates and failed work as the rest of the server sees them.

Every method raises `streaming.errors.StoreUnavailable` when the database cannot answer.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from server.store.report_records import (
    MOST_VERSIONS,
    DeadLetter,
    Failure,
    NewReport,
    ReportHead,
    StoredReport,
    StoredTemplate,
)


class Reports(Protocol):
    """Versions of each meeting's report, the templates of workspaces, and work that failed for good."""

    async def add_report(self, meeting_id: str, new: NewReport) -> int:
        """Store a report as the newest version; its number. Of one end of a meeting, once: the same number.
        Raises `NotFound`, and `ProtocolError` `too_many_reports`."""
        ...

    async def report(self, meeting_id: str, version: int | None = None) -> StoredReport | None:
        """One version, or the newest."""
        ...

    async def report_heads(
        self, meeting_id: str, limit: int = MOST_VERSIONS, cursor: str | None = None
    ) -> tuple[ReportHead, ...]:
        """The newest versions without their text, the newest first. Raises `ProtocolError` `bad_cursor`."""
        ...

    async def newest_heads(self, meeting_ids: Collection[str]) -> Mapping[str, ReportHead]:
        """The newest version of each of the meetings that has one, by the meeting's id."""
        ...

    async def drafts(self, meeting_id: str, version: int) -> Mapping[str, Any] | None:
        """What a language model has answered so far."""
        ...

    async def save_drafts(
        self, meeting_id: str, version: int, drafts: Mapping[str, Any], tokens: int
    ) -> None:
        """Store what was answered so far, and the tokens it took. Raises `NotFound`."""
        ...

    async def ahead(self, meeting_id: str) -> Mapping[str, Any] | None:
        """What a language model has answered of a meeting that runs."""
        ...

    async def save_ahead(self, meeting_id: str, drafts: Mapping[str, Any], tokens: int) -> None:
        """Store what was answered of a meeting that runs, from where its first report goes on."""
        ...

    async def try_again(
        self, meeting_id: str, version: int, attempt: int, *, failure: Failure, delay: float
    ) -> None:
        """Queue the attempt of this number, to begin in `delay` seconds. Raises `NotFound`."""
        ...

    async def give_up(self, meeting_id: str, version: int, failure: Failure) -> None:
        """Make no further attempt; `attempt` reads -1 from then on."""
        ...

    async def finish_report(
        self,
        meeting_id: str,
        version: int,
        changed: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        failure: Failure | None = None,
    ) -> None:
        """Put `changed(report)` in its place, nothing more being written. With a `failure`, keep that among
        what failed for good, in one transaction. Raises `NotFound`, and what `changed` raises."""
        ...

    async def change_report(
        self, meeting_id: str, changed: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> int:
        """Put `changed(report)` in the place of the newest version; its number. No other change comes
        between. Raises `NotFound` `report_not_found`, and what `changed` raises."""
        ...

    async def tokens_of_day(self) -> int:
        """What a language model took within 24 hours."""
        ...

    async def templates(self, workspace: str) -> tuple[StoredTemplate, ...]:
        """The workspace's own templates."""
        ...

    async def template(self, workspace: str, name: str) -> StoredTemplate | None:
        """The workspace's own template of this name."""
        ...

    async def put_template(self, workspace: str, name: str, least: int, source: str) -> StoredTemplate:
        """Store a new version of a template, numbered at least `least`. Raises `ProtocolError`."""
        ...

    async def withdraw_template(self, workspace: str, name: str) -> bool:
        """Whether there was a template of this name; there is none now."""
        ...

    async def add_dead_letter(
        self, workflow: str, meeting_id: str, number: int, *, step: str, failure: Failure
    ) -> None:
        """Keep what failed for good."""
        ...

    async def dead_letters(
        self, workspace: str, limit: int = 200, cursor: str | None = None
    ) -> tuple[DeadLetter, ...]:
        """What failed for good of a workspace, the newest first. Raises `ProtocolError` `bad_cursor`."""
        ...

    async def replay(self, workspace: str, letter_id: str) -> None:
        """Have failed work done again, from its first step on. Raises `NotFound` `follow_up_not_found`."""
        ...
