"""Reports over HTTP, in every form."""

import pytest

from server.store.records import StoredSegment
from streaming.segments import SUSPECTED_HALLUCINATION, Coverage, Segment
from summarizer.schema import from_json
from tests.integration.http.conftest import Site

ASKED = "Когда мы отправим договор заказчику, и кто его подпишет?"
HOSTILE = "<script>alert(1)</script> Я пришлю смету до пятницы, двенадцатого декабря."


async def talk(site: Site) -> str:
    """A meeting in which somebody asked and somebody promised; something else was only imagined."""
    name = await site.live_meeting("Смета: 1/2")
    await site.say(name, "seg1", ASKED, "Анна")
    await site.say(name, "seg4", HOSTILE, "Пётр <b>")
    phantom = Segment("seg9", 9, 10, "Субтитры сделал кто-то другой.", "ru", flags=(SUSPECTED_HALLUCINATION,))
    await site.store.save(
        f"s-{name}", [StoredSegment(phantom, f"s-{name}", 99)], position=0, coverage=Coverage()
    )
    return name


async def test_the_report_quotes_what_was_said_with_its_time(site: Site) -> None:
    name = await talk(site)
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/report")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    value = answer.json()
    assert value["status"] == "extractive"
    sections = {section["key"]: section["items"] for section in value["report"]["sections"]}
    assert [item["text"] for item in sections["questions"]] == [ASKED]
    assert sections["questions"][0]["quotes"][0]["start_s"] == 1.0
    assert sections["questions"][0]["cites"] == ["seg1"]
    assert "decisions" not in sections
    assert value["report"]["model"] is None


async def test_the_report_in_json_is_one_of_the_stored_schema(site: Site) -> None:
    name = await talk(site)
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/report")
    _, _, report = answer.text.partition('"report":')
    assert from_json(report[:-1]).meeting_id == name


@pytest.mark.parametrize("form", ["json", "md", "html"])
async def test_what_was_only_imagined_is_in_no_report(site: Site, form: str) -> None:
    name = await talk(site)
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/report?format={form}")
    assert "договор" in answer.text
    assert "Субтитры" not in answer.text


async def test_a_page_shows_markup_as_text_and_runs_nothing(site: Site) -> None:
    name = await talk(site)
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/report?format=html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<title>Смета: 1/2</title>" in answer.text
    assert "<script" not in answer.text
    assert "<a " not in answer.text, "there is no transcript on it to lead to"
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "Языковая модель не использовалась" in answer.text


async def test_a_download_is_named_after_the_meeting(site: Site) -> None:
    name = await talk(site)
    untitled = await site.live_meeting()
    async with site.client() as client:
        titled = await client.get(f"/v1/meetings/{name}/report?format=md&download=1")
        other = await client.get(f"/v1/meetings/{untitled}/report?format=md&download=1")
    assert titled.headers["content-disposition"].startswith('attachment; filename="1 2.md"')
    assert other.headers["content-disposition"] == 'attachment; filename="report.md"'


async def test_a_meeting_without_a_word_says_so(site: Site) -> None:
    name = await site.live_meeting("Тишина")
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/report")
        text = (await client.get(f"/v1/meetings/{name}/report?format=md")).text
    assert answer.json()["report"]["sections"] == []
    assert len(text.splitlines()) > 1


@pytest.mark.parametrize("name", ["nobody", "a%00b", "x" * 65])
async def test_an_unknown_meeting_has_none(site: Site, name: str) -> None:
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/report")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "meeting_not_found"
