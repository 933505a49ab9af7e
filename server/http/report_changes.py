"""The calls that change reports: have one written anew, list the versions, change an item by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, cast

from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from server.http.answers import json_answer
from server.http.models import Language, PageQuery, Storable
from server.http.moments import Day
from server.http.operations import Call, found_meeting
from server.http.reports import made_now
from server.http.services import Services
from server.http.templates import template_not_found
from server.reporting import templates
from server.reporting.stored import as_json, from_stored
from server.store.cursor import paged, write_place
from server.store.report_records import NewReport, ReportHead
from streaming.errors import NotFound, ProtocolError
from summarizer.edits import Changes, NoSuchItem, edit
from summarizer.schema import Item, Report

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True), Storable]
Owner = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), Storable]


class WriteBody(BaseModel):
    """How the report is to be written."""

    template: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, description="Name of a template; null: the meeting's, or `general`."
    )
    language: Language | None = Field(None, description="Language to write in; null: the meeting's.")
    discard_edits: bool = Field(False, description="Leave out what people changed by hand.")


class WritingOut(BaseModel):
    """A version that is being written."""

    version: int
    status: str = "writing"


class VersionOut(BaseModel):
    """A version without its text."""

    version: int
    status: str
    writing: bool
    template: str
    template_version: int
    language: str
    created_at: datetime
    updated_at: datetime
    reason: str | None
    model: str | None

    @classmethod
    def of(cls, head: ReportHead) -> "VersionOut":
        """From the store's record."""
        return cls(**{name: getattr(head, name) for name in cls.model_fields})


class VersionsOut(BaseModel):
    """A page of the versions of a meeting's report, the newest first."""

    data: list[VersionOut]
    next_cursor: str | None


class ItemBody(BaseModel):
    """What to change of an item; what is left out stays."""

    text: Words = Field("-", description="The statement.")
    owner: Owner | None = Field(None, description="Who does it; null: nobody.")
    due_date: Day | None = Field(None, description="Until when; null: no day.")
    removed: bool = Field(False, description="Take it out of the report; false brings it back.")


class ItemOut(BaseModel):
    """The item as it is now; null when it was removed."""

    version: int
    item: Item | None


def item_not_found() -> NotFound:
    """The error for an item that the newest report does not have."""
    return NotFound("item_not_found", "The report has no such item.")


async def write_report(services: Services, call: Call) -> Response:
    """202: the language model begins as soon as it can."""
    body: WriteBody = call.body
    meeting = await found_meeting(services, call)
    if not services.writes:
        raise ProtocolError(
            "no_language_model",
            "No language model is configured, so the report stays as it is; see STENO_LLM_URL.",
            status=409,
        )
    if meeting.status != "ended":
        raise ProtocolError(
            "meeting_not_ended", "The report is written when the meeting has ended.", status=409
        )
    name = body.template or meeting.template or templates.DEFAULT
    if body.template and await templates.find(services.reports, call.workspace, name) is None:
        raise template_not_found()
    newest = await services.reports.report(meeting.id)
    if newest is not None and newest.writing:
        raise ProtocolError("report_being_written", "The report is being written; wait for it.", status=409)
    keep = newest is not None and not body.discard_edits
    report = dict(newest.report) if newest and keep else as_json(await made_now(services, meeting))
    new = NewReport(name, body.language or "", report, writing=True, keep_edits=keep)
    out = WritingOut(version=await services.reports.add_report(meeting.id, new))
    return json_answer(out, 202)


async def list_reports(services: Services, call: Call) -> Response:
    """All versions, without their text."""
    query: PageQuery = call.query
    meeting = await found_meeting(services, call)
    heads = await services.reports.report_heads(meeting.id, query.limit + 1, query.cursor or None)
    shown, following = paged(heads, query.limit, lambda head: write_place(head.version))
    out = VersionsOut(data=[VersionOut.of(head) for head in shown], next_cursor=following)
    return json_answer(out)


async def change_item(services: Services, call: Call) -> Response:
    """The item of the newest version, changed by hand and marked so."""
    body: ItemBody = call.body
    meeting = await found_meeting(services, call)
    item_id = call.named("item_id", item_not_found())
    changes = cast("Changes", body.model_dump(exclude_unset=True))
    changed: Report | None = None

    def change(value: Mapping[str, Any]) -> Mapping[str, Any]:
        nonlocal changed
        changed = edit(from_stored(value), item_id, changes)
        return as_json(changed)

    try:
        version = await services.reports.change_report(meeting.id, change)
    except NoSuchItem:
        raise item_not_found() from None
    items = (item for section in changed.sections for item in section.items) if changed else ()
    out = ItemOut(version=version, item=next((item for item in items if item.id == item_id), None))
    return json_answer(out)
