"""The calls that change reports, keep templates and replay failed work, over a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from server.jobs.follow_up import Ending
from server.reporting.desk import Desk
from server.store.postgres import PostgresStore
from server.store.report_records import Failure
from tests.support.desks import a_held_meeting, desk
from tests.support.node import node
from tests.support.plain import plain_http
from tests.support.report_writing import STRIPE, obedient


@asynccontextmanager
async def calling(store: PostgresStore, *, writes: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server on this store."""
    async with node(store, reports=store.reports, writes=writes) as one:
        base = one.url.replace("ws", "http", 1).removesuffix("/v1/stream")
        async with plain_http(base) as client:
            yield client


async def write(made: Desk, meeting: str, version: int) -> None:
    await made.summarise.run(Ending(meeting, version))
    await made.verify.run(Ending(meeting, version))


async def test_a_report_is_followed_written_anew_and_changed_by_hand(store: PostgresStore) -> None:
    meeting = await a_held_meeting(store)
    path = f"/v1/meetings/{meeting}"
    async with calling(store) as client, desk(store, obedient) as (_, made):
        early = (await client.get(f"{path}/report")).json()
        assert (early["version"], early["status"], early["writing"]) == (0, "extractive", True)
        assert (await client.get(path)).json()["report_status"] == "pending"
        await made.first.run(Ending(meeting, 1))
        first = (await client.get(f"{path}/report")).json()
        assert (first["version"], first["status"], first["writing"]) == (1, "extractive", True)
        refused = await client.post(f"{path}/report", json={})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "report_being_written")
        await write(made, meeting, 1)
        whole = (await client.get(f"{path}/report")).json()
        assert (whole["version"], whole["status"], whole["writing"]) == (1, "ok", False)
        assert (await client.get(path)).json()["report_status"] == "ready"

        changes = {"text": "Stripe it is", "owner": "Marcus", "due_date": "2025-10-21"}
        changed = await client.patch(f"{path}/report/items/decisions-1", json=changes)
        assert changed.status_code == 200
        item = changed.json()["item"]
        assert {name: item[name] for name in changes} == changes
        assert item["support"] == "edited"

        answer = await client.post(f"{path}/report", json={"template": "standup"})
        assert (answer.status_code, answer.json()) == (202, {"version": 2, "status": "writing"})
        shown = (await client.get(f"{path}/report")).json()
        assert (shown["version"], shown["writing"]) == (2, True)
        assert "Stripe it is" in str(shown["report"]), "the last text is shown until there is a new one"
        await write(made, meeting, 2)
        assert "Stripe it is" in (await client.get(f"{path}/report?format=md")).text
        assert str(STRIPE["text"]) in (await client.get(f"{path}/report?version=1")).text
        versions = (await client.get(f"{path}/reports")).json()["data"]
        assert [(one["version"], one["template"], one["status"]) for one in versions] == [
            (2, "standup", "ok"),
            (1, "general", "ok"),
        ]
        gone = await client.patch(f"{path}/report/items/decisions-1", json={"removed": True})
        assert gone.json() == {"version": 2, "item": None}


async def test_a_name_means_ones_own_template_until_it_is_withdrawn(store: PostgresStore) -> None:
    async with calling(store) as client:
        listed = (await client.get("/v1/templates")).json()["data"]
        assert listed[0]["name"] == "general"
        assert listed[0]["built_in"]
        general = (await client.get("/v1/templates/general")).json()
        source = general["source"].replace("max_items = ", "max_items = 1 # ", 1)
        kept = await client.put("/v1/templates/general", json={"source": source})
        assert kept.status_code == 200
        assert (kept.json()["version"], kept.json()["built_in"]) == (general["version"] + 1, False)
        assert kept.json()["sections"][0]["max_items"] == 1
        broken = await client.put("/v1/templates/mine", json={"source": "name = 1"})
        assert (broken.status_code, broken.json()["error"]["code"]) == (422, "template_invalid")
        back = await client.delete("/v1/templates/general")
        assert back.json() == {"name": "general", "now": "built-in"}
        assert (await client.get("/v1/templates/general")).json() == general
        again = await client.put("/v1/templates/general", json={"source": source})
        assert again.json()["version"] == general["version"] + 3, "no version is used twice"


async def test_failed_work_is_listed_and_queued_again(store: PostgresStore) -> None:
    meeting = await a_held_meeting(store)
    failure = Failure("internal", "The server failed to do this; the log says why.")
    await store.reports.add_dead_letter("follow_up", meeting, 1, step="report", failure=failure)
    async with calling(store) as client:
        (row,) = (await client.get("/v1/follow-ups?status=failed")).json()["data"]
        assert (row["meeting_id"], row["kind"], row["step"], row["code"]) == (
            meeting,
            "follow_up",
            "report",
            "internal",
        )
        answer = await client.post(f"/v1/follow-ups/{row['id']}/replay")
        assert (answer.status_code, answer.json()["status"]) == (202, "queued")
        assert (await client.get("/v1/follow-ups")).json() == {"data": [], "next_cursor": None}


async def test_statements_whose_words_were_corrected_since_are_named(store: PostgresStore) -> None:
    meeting = await a_held_meeting(store)
    path = f"/v1/meetings/{meeting}"
    async with calling(store) as client, desk(store, obedient) as (_, made):
        await made.first.run(Ending(meeting, 1))
        before = (await client.get(f"{path}/report")).json()
        assert (before["version"], before["corrected"]) == (1, [])
        items = [item for section in before["report"]["sections"] for item in section["items"]]
        cited = items[0]["quotes"][0]["segment_id"]
        quoting = [item["id"] for item in items if cited in {one["segment_id"] for one in item["quotes"]}]
        segment = f"{path}/segments/{cited}"
        await client.patch(segment, json={"version": 0, "text": "That was something else."})
        assert (await client.get(f"{path}/report")).json()["corrected"] == quoting
        await client.patch(segment, json={"version": 1, "restore": 0})
        assert (await client.get(f"{path}/report")).json()["corrected"] == []
