"""Tells the viewers of this process what people changed in a transcript by calls to another one.

In: word from the database of where something changed. Out: the same events, in the hub, as from a call to
this process; what they say is read from the store. What was changed here is told twice by this, which loses a
viewer nothing: edits have no numbers, and the newest version counts.

Bounds: only meetings that are streamed or watched here wait, with `MOST_EDITS` finals each; where more have
changed meanwhile, the newest corrections are told.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from server.live.hub import Hub
from server.store.edits import MOST_EDITS
from server.store.postgres_editing import Editing
from streaming.errors import StoreError

NAMES: Final = ""
"""In place of a final: the names of the speakers."""

log = structlog.get_logger(__name__)


class Elsewhere:
    """Between the word and the hub. `running` must be open for anything to be told."""

    def __init__(self, hub: Hub, editing: Editing) -> None:
        self._hub = hub
        self._editing = editing
        # bounded: by the meetings of the hub; None for the newest corrections, among finals `NAMES`.
        self._waiting: dict[str, set[str] | None] = {}
        self._something = asyncio.Event()

    def heard(self, said: str) -> None:
        """Word of one change, as `server.store.edits` writes it; empty: any may have been missed."""
        meeting, _, final = said.partition(" ")
        known = self._hub.known()
        if not meeting:
            self._waiting = dict.fromkeys(known)
        elif meeting in known:
            finals = self._waiting.setdefault(meeting, set())
            if finals is not None:
                finals.add(final)
                if len(finals) > MOST_EDITS:
                    self._waiting[meeting] = None
        self._something.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell what is heard until the block ends."""
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(self._keep())
            try:
                yield
            finally:
                telling.cancel()

    async def _keep(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            while self._waiting:
                meeting, finals = self._waiting.popitem()
                try:
                    await self._tell(meeting, finals)
                except StoreError as error:
                    # Once the database is back, the listener hears that anything may have been missed.
                    log.debug("edits_not_told", code=error.code)

    async def _tell(self, meeting: str, finals: set[str] | None) -> None:
        edits = await self._editing.edits(meeting, finals)
        if edits.names is not None and (finals is None or NAMES in finals):
            self._hub.rename(meeting, edits.names)
        for segment in edits.corrected:
            self._hub.correct(meeting, segment)
