"""Meetings over HTTP: made, found, changed, deleted."""

import pytest

from tests.integration.http.conftest import Site


async def test_a_meeting_is_made_with_what_was_said_of_it(site: Site) -> None:
    body = {
        "title": "  Планёрка ",
        "languages": ["RU", "en", "ru"],
        "hotwords": ["Стено"],
        "metadata": {"room": [1, None]},
        "from_the_future": True,
    }
    async with site.client() as client:
        made = await client.post("/v1/meetings", json=body)
        assert made.status_code == 201
        meeting = made.json()
        assert (meeting["title"], meeting["languages"]) == ("Планёрка", ["ru", "en"])
        assert (meeting["status"], meeting["metadata"]) == ("created", {"room": [1, None]})
        read = await client.get(made.headers["location"])
    assert read.status_code == 200
    detail = read.json()
    assert detail["sessions"] == []
    assert detail["report_status"] == "off"
    assert detail["coverage"] == dict.fromkeys(
        ("received", "transcribed", "silence", "quarantined", "lost"), 0.0
    )
    assert {name: detail[name] for name in meeting} == meeting


async def test_no_body_makes_a_meeting_too(site: Site) -> None:
    async with site.client() as client:
        made = await client.post("/v1/meetings")
    assert made.status_code == 201
    assert made.json()["title"] is None


async def test_a_meeting_shows_its_sessions_and_coverage(site: Site) -> None:
    name = await site.live_meeting()
    await site.finish(name)
    async with site.client() as client:
        meeting = (await client.get(f"/v1/meetings/{name}")).json()
    assert meeting["status"] == "ended"
    assert meeting["duration"] == 10.0
    assert meeting["coverage"]["transcribed"] == 8.0
    assert [session["id"] for session in meeting["sessions"]] == [f"s-{name}"]


async def test_pages_follow_each_other(site: Site) -> None:
    async with site.client() as client:
        for number in range(3):
            await client.post("/v1/meetings", json={"title": f"meeting {number}"})
        first = (await client.get("/v1/meetings", params={"limit": 2})).json()
        second = (
            await client.get("/v1/meetings", params={"limit": 2, "cursor": first["next_cursor"]})
        ).json()
        found = (await client.get("/v1/meetings", params={"q": "1"})).json()
    titles = [meeting["title"] for meeting in first["data"] + second["data"]]
    assert titles == ["meeting 2", "meeting 1", "meeting 0"]
    assert second["next_cursor"] is None
    assert [meeting["title"] for meeting in found["data"]] == ["meeting 1"]


async def test_a_change_touches_only_what_was_sent(site: Site) -> None:
    async with site.client() as client:
        made = (await client.post("/v1/meetings", json={"title": "a", "hotwords": ["b"]})).json()
        path = f"/v1/meetings/{made['id']}"
        changed = (await client.patch(path, json={"title": None})).json()
        assert (changed["title"], changed["hotwords"]) == (None, ["b"])
        assert (await client.patch(path, json={})).json() == changed


async def test_a_deletion_is_receipted_and_then_unknown(site: Site) -> None:
    name = await site.live_meeting()
    await site.say(name, "seg1", "два слова")
    async with site.client() as client:
        receipt = await client.delete(f"/v1/meetings/{name}")
        assert receipt.status_code == 200
        counts = {key: receipt.json()["removed"][key] for key in ("sessions", "segments", "words")}
        assert counts == {"sessions": 1, "segments": 1, "words": 2}
        again = await client.delete(f"/v1/meetings/{name}")
    assert again.status_code == 404
    assert again.json()["error"]["code"] == "meeting_not_found"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "x" * 301}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": 5}, "title"),
        ({"languages": ["klingon"]}, "languages.0"),
        ({"languages": None}, "languages"),
        ({"hotwords": ["x"] * 101}, "hotwords"),
        ({"hotwords": ["x" * 61]}, "hotwords.0"),
        ({"hotwords": ["  "]}, "hotwords.0"),
        ({"metadata": {"a": "x" * 16_384}}, "metadata"),
        ({"metadata": {"a": ["b\x00"]}}, "metadata"),
        ({"stability": "perfect"}, "stability"),
        ({"retention_days": 0}, "retention_days"),
    ],
)
async def test_a_bad_field_is_named(site: Site, body: dict[str, object], field: str) -> None:
    async with site.client() as client:
        answer = await client.post("/v1/meetings", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "invalid_field"
    assert f"`{field}`" in error["message"]
    assert len(error["message"]) < 300


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=201", "limit=x", "status=over", "q=" + "x" * 201, "q=%00"),
        *("from=yesterday", "from=1969-12-31T23:59:59Z", "to=3000-01-01T00:00:00Z"),
        "to=9999-12-31T23:59:59-14:00",
    ],
)
async def test_a_bad_query_is_refused(site: Site, query: str) -> None:
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json()["error"]["message"]
