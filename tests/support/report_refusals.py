"""Small clients, each of which provokes a refusal of the calls on reports and says what it was told."""

import json

import pytest

from server.store import reports, templates
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from server.store.report_records import NewReport
from summarizer.template import source_of
from tests.support.desks import a_held_meeting
from tests.support.node import node
from tests.support.refusals import Told, call


async def asked(store: PostgresStore, method: str, path: str, *, writes: bool = True, **body: object) -> Told:
    """One call to a server that has a language model."""
    async with node(store, reports=store.reports, writes=writes) as one:
        return await call(one, method, path, json.dumps(body).encode() if body else b"")


async def a_report(store: PostgresStore, *, writing: bool = False) -> str:
    meeting = await a_held_meeting(store)
    await store.reports.add_report(
        meeting, NewReport("general", "", EMPTY | {"meeting_id": meeting}, writing=writing)
    )
    return meeting


EMPTY = {
    "template": "general",
    "template_version": 1,
    "language": "en",
    "status": "ok",
    "covered": [],
    "stats": {},
    "title": "",
    "gist": "",
    "sections": [],
}


async def an_item_that_is_not_there(store: PostgresStore) -> Told:
    meeting = await a_report(store)
    return await asked(store, "PATCH", f"/v1/meetings/{meeting}/report/items/x", text="y")


async def of_a_live_meeting(store: PostgresStore) -> Told:
    meeting = await store.create_meeting(NewMeeting())
    return await asked(store, "POST", f"/v1/meetings/{meeting.id}/report")


async def without_a_language_model(store: PostgresStore) -> Told:
    meeting = await a_report(store)
    return await asked(store, "POST", f"/v1/meetings/{meeting}/report", writes=False)


async def twice_at_once(store: PostgresStore) -> Told:
    meeting = await a_report(store, writing=True)
    return await asked(store, "POST", f"/v1/meetings/{meeting}/report")


async def a_version_that_is_not_there(store: PostgresStore) -> Told:
    meeting = await a_report(store)
    return await asked(store, "GET", f"/v1/meetings/{meeting}/report?version=2")


async def an_unknown_template(store: PostgresStore) -> Told:
    meeting = await a_report(store)
    return await asked(store, "POST", f"/v1/meetings/{meeting}/report", template="x")


async def too_many_versions(store: PostgresStore) -> Told:
    meeting = await a_report(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "MOST_VERSIONS", 1)
        told = await asked(store, "POST", f"/v1/meetings/{meeting}/report")
    return Told(told.answer, told.code, told.message.replace("has 1 ", "has 200 "))


async def too_many_templates(store: PostgresStore) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "MOST", 0)
        told = await asked(store, "PUT", "/v1/templates/mine", source=source_of("general"))
    return Told(told.answer, told.code, told.message.replace("are 0 ", "are 200 "))
