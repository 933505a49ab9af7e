"""Transcripts over HTTP, in every form."""

from urllib.parse import quote

import pytest

from tests.integration.http.conftest import Site


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("json", "application/json", '{"meeting":'),
        ("txt", "text/plain; charset=utf-8", "Итоги: 1/2\n\n[0:00:01] Анна\n"),
        ("md", "text/markdown; charset=utf-8", "# Итоги: 1/2\n\n`0:00:01` **Анна**\n\nДа \\<b\\>"),
        (
            "vtt",
            "text/vtt; charset=utf-8",
            "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\n<v Анна>Да &lt;b&gt;",
        ),
        ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:01,000 --> 00:00:03,000\nАнна: Да ‹b>"),
    ],
)
async def test_every_form_has_its_type_and_name(site: Site, form: str, kind: str, begins: str) -> None:
    name = await site.live_meeting("Итоги: 1/2")
    await site.say(name, "seg1", "Да <b> нет", "Анна")
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/transcript", params={"format": form})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.text.startswith(begins)
    expected = f"inline; filename=\"1 2.{form}\"; filename*=UTF-8''{quote(f'Итоги 1 2.{form}')}"
    assert answer.headers["content-disposition"] == expected


async def test_json_has_words_only_when_asked(site: Site) -> None:
    name = await site.live_meeting("t")
    await site.say(name, "seg2", "раз два")
    await site.say(name, "seg1", "ноль")
    async with site.client() as client:
        path = f"/v1/meetings/{name}/transcript"
        short = (await client.get(path)).json()
        full = (await client.get(path, params={"words": "true"})).json()
    assert [segment["id"] for segment in short["segments"]] == ["seg1", "seg2"]
    assert short["languages"] == ["ru"]
    assert "words" not in short["segments"][0]
    assert full["segments"][1]["words"][1] == {"word": "два", "start": 3.0, "end": 4.0, "confidence": 0.9}


async def test_a_download_is_an_attachment(site: Site) -> None:
    name = await site.live_meeting()
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/transcript?format=srt&download=1")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="transcript.srt"'


@pytest.mark.parametrize("name", ["nobody", "a%00b", "..%2f", "x" * 65])
async def test_an_unknown_meeting_is_not_found(site: Site, name: str) -> None:
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/transcript")
    assert answer.status_code == 404


@pytest.mark.parametrize(("form", "begins"), [("docx", b"PK"), ("pdf", b"%PDF-")])
@pytest.mark.parametrize("what", ["transcript", "report"])
async def test_documents_are_files_with_a_name(site: Site, what: str, form: str, begins: bytes) -> None:
    name = await site.live_meeting("Plan")
    await site.say(name, "seg1", "Мы решили начать в мае.", "Анна")
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/{what}", params={"format": form, "download": 1})
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert answer.headers["content-disposition"] == f'attachment; filename="Plan.{form}"'


async def test_a_part_is_what_is_said_between_two_moments(site: Site) -> None:
    name = await site.live_meeting()
    for at in (1, 4, 7):
        await site.say(name, f"seg{at}", f"at {at}")
    async with site.client() as client:

        async def part(**asked: float | str) -> list[str]:
            answer = await client.get(f"/v1/meetings/{name}/transcript", params=asked)
            assert answer.status_code == 200
            return [segment["id"] for segment in answer.json()["segments"]]

        assert await part() == ["seg1", "seg4", "seg7"]
        assert await part(until=4) == ["seg1"]
        assert await part(since=3.5) == ["seg4", "seg7"]
        assert await part(since=3.5, until=7) == ["seg4"]
        for wrong in ("-1", "nan", "inf", "x"):
            refused = await client.get(f"/v1/meetings/{name}/transcript?since={wrong}")
            assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_field")
