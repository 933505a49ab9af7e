"""Where a meeting's audio ended, over HTTP."""

import pytest

from server.http.coverage import slices
from server.store.records import Covered, Progressed
from streaming.ledger import Interval
from streaming.segments import Coverage
from tests.integration.http.conftest import Site

RATE = 16_000
HEARD = Coverage(received=8.0, transcribed=4.0, silence=3.0, lost=1.0)


async def covered_meeting(site: Site) -> str:
    """Eight seconds: silence, speech stored in two pieces, a loss, silence."""
    name = await site.live_meeting("Итоги")
    pieces = (
        Interval(0, RATE, "silence"),
        Interval(RATE, 3 * RATE, "transcribed"),
        Interval(3 * RATE, 5 * RATE, "transcribed"),
        Interval(5 * RATE, 6 * RATE, "lost", "engine_error"),
        Interval(6 * RATE, 8 * RATE, "silence"),
    )
    progressed = Progressed(intervals=(pieces,))
    session = f"s-{name}"
    await site.store.close_session(
        session, position=8 * RATE, duration=8.0, coverage=HEARD, progressed=progressed
    )
    return name


async def test_stretches_lie_end_to_end_and_sum_to_what_was_received(site: Site) -> None:
    name = await covered_meeting(site)
    async with site.client() as client:
        told = (await client.get(f"/v1/meetings/{name}/coverage")).json()
    assert [(one["start"], one["end"], one["outcome"]) for one in told["intervals"]] == [
        (0, 1, "silence"),
        (1, 5, "transcribed"),
        (5, 6, "lost"),
        (6, 8, "silence"),
    ]
    assert told["intervals"][2]["reason"] == "engine_error"
    assert "reason" not in told["intervals"][0]
    assert told["coverage"]["received"] == sum(one["end"] - one["start"] for one in told["intervals"]) == 8
    assert (told["slices"], told["duration"]) == ([], 8.0)
    assert "next_cursor" not in told


async def test_pages_give_every_stretch_once(site: Site) -> None:
    address = f"/v1/meetings/{await covered_meeting(site)}/coverage"
    async with site.client() as client:
        whole = (await client.get(address)).json()["intervals"]
        found, cursor = [], 0
        while cursor is not None:
            page = (await client.get(address, params={"limit": 3, "cursor": cursor})).json()
            found += page["intervals"]
            cursor = page.get("next_cursor")
        lost = (await client.get(address, params={"outcome": "lost"})).json()["intervals"]
    assert found == whole
    assert lost == whole[2:3]


async def test_the_coarse_view_loses_no_second(site: Site) -> None:
    name = await covered_meeting(site)
    async with site.client() as client:
        address = f"/v1/meetings/{name}/coverage"
        coarse = (await client.get(address, params={"slices": 3, "limit": 0})).json()
    assert coarse["intervals"] == []
    for kind in ("transcribed", "silence", "quarantined", "lost"):
        total = sum(one[kind] for one in coarse["slices"])
        assert total == pytest.approx(coarse["coverage"][kind], abs=0.002)
    assert [one["start"] for one in coarse["slices"]] == [0.0, 2.667, 5.333]


async def test_tracks_add_up_in_a_slice() -> None:
    both = [Covered("s", track, 0.0, 10.0, "transcribed") for track in (0, 1)]
    assert [one.transcribed for one in slices(both, 10.0, 4)] == [5.0] * 4
    assert slices([], 0.0, 4) == []


@pytest.mark.parametrize("query", ["slices=1001", "limit=-1", "limit=5001", "cursor=x", "outcome=gone"])
async def test_what_is_out_of_bounds_is_refused(site: Site, query: str) -> None:
    name = await site.live_meeting()
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/coverage?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_field")


async def test_an_unknown_meeting_is_not_found(site: Site) -> None:
    async with site.client() as client:
        assert (await client.get("/v1/meetings/nobody/coverage")).status_code == 404
