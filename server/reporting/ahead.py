"""Works ahead on the reports of meetings that still run, so that they are ready soon after the end.

In: the meetings that this process streams. Out: answers in the store, from which the writing goes on. What a
meeting's end cannot change is asked while it runs: windows of a meeting that is longer than the model's
context. With `warm`, a server is also sent what there is to read, so that it has read it by the end. A
failure is waited out; nothing depends on this.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from server.reporting import templates
from server.reporting.desk import Desk
from server.reporting.spoken import spoken
from server.reporting.stored import drafts_as_json, drafts_of
from streaming.errors import NotFound, StoreError
from summarizer.drafts import Drafts, Meeting
from summarizer.failures import WriterFailed
from summarizer.template import Template

if TYPE_CHECKING:  # slow to import, and only needed to ask a model
    from summarizer.writer import Writer

BEAT: Final = 30.0
"""Seconds between two looks at the meetings."""
GROWN: Final = 20
"""Lines that a meeting must have grown by to be looked at again."""
LONGEST_REST: Final = 20
"""Beats after which a meeting on which the model failed is looked at again, at the most."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Known:
    """How far a meeting was looked at; after a failure, how many beats to rest and how many are left."""

    lines: int = 0
    rest: int = 0
    left: int = 0


class Ahead:
    """`meetings` gives the ids of those that run here. `warm` is for servers that keep what they read."""

    def __init__(self, desk: Desk, meetings: Callable[[], Collection[str]], *, warm: bool) -> None:
        self._desk = desk
        self._meetings = meetings
        self._warm = warm
        self._known: dict[str, _Known] = {}  # bounded: by the meetings that run

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look at the meetings until the block ends."""
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(self._keep_looking())
            try:
                yield
            finally:
                looking.cancel()

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self.look()

    async def look(self) -> None:
        """Ask what is to be asked of each meeting that runs."""
        meetings = set(self._meetings())
        self._known = {name: self._known.get(name, _Known()) for name in meetings}
        for name in sorted(meetings):
            known = self._known[name]
            if known.left:
                known.left -= 1
                continue
            try:
                await self._look_at(name, known)
                known.rest = 0
            except WriterFailed as failure:
                known.rest = known.left = min(2 * known.rest or 1, LONGEST_REST)
                log.warning("report_not_written_ahead", meeting=name, code=failure.code)
            except (StoreError, NotFound):
                continue

    async def _look_at(self, name: str, known: _Known) -> None:
        """Raises WriterFailed, StoreError, and NotFound of a meeting that is deleted."""
        desk = self._desk
        meeting = await desk.store.meeting(name)
        if desk.writer is None or meeting is None or await desk.spent():
            return
        said = spoken(meeting, await desk.store.segments(name, words=False))
        if len(said.lines) - known.lines < GROWN:
            return
        template = await templates.find_or_default(desk.reports, meeting.workspace, meeting.template)
        await self._ask(desk.writer, said, template)
        known.lines = len(said.lines)

    async def _ask(self, writer: "Writer", said: Meeting, template: Template) -> None:
        reports = self._desk.reports

        async def save(drafts: Drafts) -> None:
            await reports.save_ahead(said.id, drafts_as_json(drafts), drafts.usage.tokens)

        if self._warm:
            await writer.warm(said, template)
        await writer.draft_ahead(said, template, drafts_of(await reports.ahead(said.id)), save)
