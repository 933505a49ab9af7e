"""A writer on a scripted server, and what it leads to: drafts, saved on the way, and the report made of them.

In: a script. Out: the drafts, the report, and the server with what it was asked.
"""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from summarizer import drafts as stored
from summarizer.assemble import report_of
from summarizer.drafts import Drafts, Meeting
from summarizer.endpoint import Endpoint
from summarizer.schema import Report
from summarizer.template import Template, built_in
from summarizer.writer import Writer
from tests.support.scripted_model import Answer, Script, ScriptedModel, asked_of, usage
from tests.support.server import running
from tests.unit.summarizer.true_items import MEETING_DAY, lines

GENERAL = built_in("general")
ENGLISH = Meeting("m1", "", MEETING_DAY, "en", tuple(lines("en")))
ZEBRA = Answer('{"zebra": 41}')


def says(*items: dict[str, Any], **more: Any) -> Answer:
    """An answer of these items."""
    return Answer(json.dumps({"items": list(items)}), **more)


STRIPE = {"cites": [16], "text": "We launch with Stripe"}
FIX = {"cites": [5, 6], "text": "Priya will have the image picker fix in review", "owner": "Priya"}
HEADLINE = {
    "cites": [16, 26],
    "gist": "We launch with Stripe on November fourth",
    "title": "Launch with Stripe",
}


def obedient(body: dict[str, Any]) -> Answer:
    """Answers about the English meeting what is true."""
    asked = asked_of(body)
    if "cats" in asked:
        return ZEBRA
    if '"gist"' in asked:
        return Answer(json.dumps(HEADLINE), usage=usage(1000, 20, 900))
    if "promised to do" in asked:
        return says(FIX | {"due_text": "by Thursday"}, usage=usage(1000, 30, 900))
    if "agreed on" in asked:
        return says(STRIPE, usage=usage(1000, 20, 900))
    return says(usage=usage(1000, 10, 900))


@asynccontextmanager
async def writing(script: Script, **limits: Any) -> AsyncIterator[tuple[ScriptedModel, Writer]]:
    """A scripted server and a writer that asks it."""
    server = ScriptedModel(script)
    async with running(server.app) as url:
        writer = Writer(replace(Endpoint(f"{url}/v1", "m"), **limits), time.monotonic)
        try:
            yield server, writer
        finally:
            await writer.aclose()


class Saved:
    """Keeps what is saved, as JSON; a part read back must be what was saved."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def __call__(self, drafts: Drafts) -> None:
        self.texts.append(stored.to_json(drafts))
        assert stored.from_json(self.texts[-1]) == drafts

    @property
    def last(self) -> Drafts | None:
        """The newest, as it is read after a crash."""
        return stored.from_json(self.texts[-1]) if self.texts else None


async def drafted(
    script: Script, meeting: Meeting = ENGLISH, template: Template = GENERAL, **limits: Any
) -> tuple[Drafts, Report, ScriptedModel]:
    """The drafts and the report that a script leads to."""
    async with writing(script, **limits) as (server, writer):
        drafts = await writer.draft(meeting, template, None, Saved())
    return drafts, report_of(meeting, template, drafts), server


def texts(report: Report, key: str) -> list[str]:
    return [item.text for section in report.sections if section.key == key for item in section.items]
