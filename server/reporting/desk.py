"""Makes and finishes reports, as steps of durable work.

In: a meeting that has ended, or a version that was asked for. Out: versions in the store. A step reads what
there is and stores what it makes; done a second time, it changes nothing. The first version is made of the
words alone, at once. Where a language model is configured, its answers are stored as they come, in an attempt
that may be followed by others, each queued for its time; what it wrote replaces the first text. Whatever
happens, a report that can be read stays.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog

from server.jobs.follow_up import Ending, Step
from server.reporting import templates
from server.reporting.spoken import spoken
from server.reporting.stored import as_json, drafts_as_json, drafts_of, from_stored
from server.store.api import Store
from server.store.report_records import GIVEN_UP, Failure, NewReport, StoredReport
from server.store.reports_api import Reports
from streaming.errors import NotFound
from summarizer.drafts import Drafts, Meeting
from summarizer.edits import keep_edits
from summarizer.failures import WriterFailed
from summarizer.finish import finished, from_words
from summarizer.schema import InvalidReport
from summarizer.template import Template

if TYPE_CHECKING:  # slow to import, and only needed to ask a model
    from summarizer.writer import Save, Writer

ATTEMPTS: Final = 8
"""How often a language model is asked before its failure is final: within about half an hour."""
FIRST_PAUSE: Final = 10.0
LONGEST_PAUSE: Final = 1800.0
DAY_PAUSE: Final = 3600.0
"""Seconds until another attempt: doubled each time, or what the server asked for, or for the day's limit."""
SPENT_TODAY: Final = "The day's limit of tokens for the language model was reached."
OFF: Final = "No language model is configured."
SUPERSEDED_CODE: Final = "superseded"
SUPERSEDED: Final = "A newer report of this meeting was begun."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """`writer` is None where no language model is configured; a process writes `at_once` reports;
    `tokens_per_day` 0 is no limit."""

    store: Store
    reports: Reports
    writer: "Writer | None" = None
    at_once: int = 1
    tokens_per_day: int = 0

    @property
    def first(self) -> Step:
        """The report of the words alone, which the language model's is to replace."""
        return Step("report", self._first)

    @property
    def summarise(self) -> Step:
        """Ask the language model, as far as it answers."""
        return Step("summarise", self._summarise)

    @property
    def verify(self) -> Step:
        """Hold what was answered against the transcript, and store the report."""
        return Step("verify", self._verify)

    async def _first(self, ending: Ending) -> None:
        meeting = await self.store.meeting(ending.meeting)
        if meeting is None:
            return
        said = spoken(meeting, await self.store.segments(meeting.id, words=False))
        report = await asyncio.to_thread(from_words, said)
        writing = self.writer is not None and bool(said.lines)
        new = NewReport(meeting.template or templates.DEFAULT, "", as_json(report), ending.number, writing)
        try:
            await self.reports.add_report(meeting.id, new)
        except NotFound:  # It was deleted meanwhile.
            return

    async def _summarise(self, ending: Ending) -> None:
        row = await self._open(ending)
        if row is None or row.attempt == GIVEN_UP:
            return
        try:
            await self._ask(row)
        except WriterFailed as failure:
            await self._failed(row, failure)
        except NotFound:  # It was deleted meanwhile.
            return

    async def _ask(self, row: StoredReport) -> None:
        """Raises WriterFailed."""
        if row.newest > row.version:
            raise WriterFailed(SUPERSEDED_CODE, SUPERSEDED, permanent=True)
        if self.writer is None:
            raise WriterFailed("llm_off", OFF, permanent=True)
        if await self.spent():
            raise WriterFailed("llm_day_limit", SPENT_TODAY, DAY_PAUSE)
        found = await self._material(row)
        if found is not None:
            meeting, template, drafts = found
            await self.writer.draft(meeting, template, drafts, self._save(row))

    async def spent(self) -> bool:
        """Whether the day's tokens are used up."""
        return bool(self.tokens_per_day) and await self.reports.tokens_of_day() >= self.tokens_per_day

    def _save(self, row: StoredReport) -> "Save":
        async def save(drafts: Drafts) -> None:
            value = drafts_as_json(drafts)
            await self.reports.save_drafts(row.meeting_id, row.version, value, drafts.usage.tokens)

        return save

    async def _failed(self, row: StoredReport, failure: WriterFailed) -> None:
        """Another attempt later, or none."""
        log.warning("report_not_written", meeting=row.meeting_id, code=failure.code, attempt=row.attempt + 1)
        told = Failure(failure.code, failure.sentence)
        if failure.permanent or row.attempt + 1 >= ATTEMPTS:
            await self.reports.give_up(row.meeting_id, row.version, told)
            return
        pause = failure.retry_after
        if pause is None:
            pause = min(FIRST_PAUSE * 2**row.attempt, LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311
        await self.reports.try_again(row.meeting_id, row.version, row.attempt + 1, failure=told, delay=pause)

    async def _verify(self, ending: Ending) -> None:
        row = await self._open(ending)
        found = None if row is None else await self._material(row)
        if row is None or found is None or not (row.attempt == GIVEN_UP or found[2].complete):
            return
        report = await asyncio.to_thread(finished, *found, row.failure)

        def merged(old: Mapping[str, Any]) -> Mapping[str, Any]:
            if not row.keep_edits:
                return as_json(report)
            try:
                return as_json(keep_edits(from_stored(old), report))
            except InvalidReport:  # It was written by another version of Steno.
                return as_json(report)

        try:
            await self.reports.finish_report(row.meeting_id, row.version, merged, _to_be_told(row))
        except NotFound:  # It was deleted meanwhile.
            return

    async def _open(self, ending: Ending) -> StoredReport | None:
        """The version that this attempt is to write; None where there is nothing left to do, or another
        attempt is to do it."""
        row = await self.reports.report(ending.meeting, ending.number)
        if row is None or not row.writing or row.attempt not in {ending.attempt, GIVEN_UP}:
            return None
        return row

    async def _material(self, row: StoredReport) -> tuple[Meeting, Template, Drafts] | None:
        """What a version is written of; None of a meeting that is deleted."""
        meeting = await self.store.meeting(row.meeting_id)
        if meeting is None:
            return None
        said = spoken(meeting, await self.store.segments(meeting.id, words=False), row.language)
        template = await templates.find_or_default(self.reports, meeting.workspace, row.template)
        return said, template, drafts_of(await self.reports.drafts(row.meeting_id, row.version))


def _to_be_told(row: StoredReport) -> Failure | None:
    """The failure that somebody must see to: a newer report is none."""
    if row.attempt != GIVEN_UP or row.failure_code in {None, SUPERSEDED_CODE}:
        return None
    return Failure(row.failure_code or "", row.failure or "")
