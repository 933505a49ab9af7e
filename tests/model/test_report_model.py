"""Reports through a real server and a real, tiny language model: the protocol holds, nonsense is dropped.

Nothing here says how good a report is: the model has 135 million parameters, and repeats itself.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from typing import Any

import httpx
import pytest

from summarizer import forms
from summarizer.assemble import report_of
from summarizer.drafts import Drafts, Meeting, Part
from summarizer.endpoint import Endpoint
from summarizer.failures import WriterFailed
from summarizer.forms import closed
from summarizer.ladder import Probed, response_format
from summarizer.llm import Llm
from summarizer.prompt import instruction_for, messages, numbered
from summarizer.template import Template, built_in
from summarizer.writer import Writer
from tests.unit.summarizer.true_items import MEETING_DAY, lines

pytestmark = pytest.mark.model

CONTEXT, ANSWER = 1024, 150
TEN = Meeting("ten", "", MEETING_DAY, "en", tuple(lines("en")[8:18]))
GENERAL = built_in("general")


def short(sections: int) -> Template:
    """The general template's first sections."""
    return GENERAL.model_copy(update={"sections": GENERAL.sections[1 : 1 + sections]})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The model's server, for the tests of this file."""
    if find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp is not installed: it is for Linux")
    command = [sys.executable, "-m", "tests.support.local_model"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        yield address
        process.stdin.close()


def endpoint(url: str, **more: Any) -> Endpoint:
    """The server as the writer is told of it."""
    return Endpoint(f"{url}/v1", "smollm2", **{"context": CONTEXT, "answer_tokens": ANSWER, **more})


@pytest.fixture
async def llm(url: str) -> AsyncIterator[Llm]:
    """A client of the server."""
    client = Llm(endpoint(url), time.monotonic)
    yield client
    await client.aclose()


async def test_a_random_schema_is_held_and_the_usage_is_streamed(llm: Llm) -> None:
    chance = random.Random(20260214)  # noqa: S311 -- no secret
    names = [f"k{chance.randrange(1000)}" for _ in range(3)]
    kinds: list[dict[str, Any]] = [
        {"type": "integer", "enum": [chance.randrange(10**6) for _ in range(3)]},
        {"type": "string", "enum": [f"{chance.random():.6f}" for _ in range(3)]},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 2},
    ]
    schema = closed(dict(zip(names, kinds, strict=True)))
    asked = [{"role": "user", "content": "Write a poem about the sea."}]
    reply = await llm.ask(asked, response_format("json_schema", schema), ANSWER)
    assert reply.answered.finish_reason == "stop"
    found = json.loads(reply.answered.text)
    assert list(found) == names
    assert [found[name] in kind["enum"] for name, kind in zip(names[:2], kinds, strict=False)] == [True, True]
    assert [type(one) for one in found[names[2]]] == [bool, bool]
    assert 0 < reply.usage.output_tokens <= ANSWER
    assert reply.usage.input_tokens > 0
    assert reply.usage.seconds > 0


async def test_the_second_section_finds_the_prefix_cached_and_a_cut_answer_is_no_report(url: str) -> None:
    saved: list[Drafts] = []

    async def save(drafts: Drafts) -> None:
        saved.append(drafts)

    template = short(2)
    writer = Writer(endpoint(url, context=4096, answer_tokens=40), time.monotonic)
    try:
        assert await writer.probe() == Probed("enforced", "json_schema")
        with pytest.raises(WriterFailed, match="llm_unreadable: The model's answer was cut off"):
            await writer.draft(TEN, template, None, save)
    finally:
        await writer.aclose()
    first, second = saved[0].usage, saved[1].usage
    assert second.cached_tokens - first.cached_tokens > 0.7 * first.input_tokens
    report = report_of(TEN, template, saved[-1])
    assert (report.status, report.sections, report.covered) == ("failed", (), ())


async def test_its_nonsense_does_not_pass_the_check(llm: Llm) -> None:
    transcript = numbered(TEN.lines)
    parts = []
    for section in GENERAL.sections[1:3]:
        form = forms.statements([section], transcript)
        schema = json.loads(json.dumps(form.schema))
        # So that it comes to an end.
        items = schema["properties"]["items"]
        items |= {"minItems": 1, "maxItems": 1}
        items["items"]["properties"]["cites"] |= {"minItems": 1, "maxItems": 2}
        for name, longest in {"text": 80, "owner": 12, "due_text": 12}.items():
            items["items"]["properties"].get(name, {})["maxLength"] = longest
        asked = messages(transcript, instruction_for([section], "en"))
        reply = await llm.ask(asked, response_format("json_schema", schema), ANSWER)
        statements = form.read(reply.answered.text)
        assert statements
        parts.append(Part(section.key, TEN.lines[0].id, TEN.lines[-1].id, (section.key,), statements))
    report = report_of(TEN, GENERAL, Drafts(tuple(parts), complete=True))
    assert report.sections == ()
    assert len(report.dropped) == len(parts)


async def test_leaving_frees_the_slot(url: str, llm: Llm) -> None:
    story = [{"role": "user", "content": "Tell me a story that never ends."}]
    async with httpx.AsyncClient(base_url=url) as client:
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(llm.ask(story, None, 900))
            await until_busy(client, True)
            telling.cancel()
        # The story alone would take ten seconds and more.
        async with asyncio.timeout(5):
            await until_busy(client, False)


async def until_busy(client: httpx.AsyncClient, wanted: bool) -> None:
    """Return when the server's one slot is, or is not, at work."""
    while True:
        (slot,) = (await client.get("/slots")).json()
        if slot["is_processing"] is wanted:
            return


async def test_more_than_the_context_takes_the_path_of_windows(url: str) -> None:
    whole = Meeting("whole", "", MEETING_DAY, "en", tuple(lines("en")))

    class Enough(Exception):
        """One window was answered."""

    async def save(drafts: Drafts) -> None:
        if drafts.parts:
            assert drafts.window > 0
            assert (drafts.parts[0].first, drafts.parts[0].last != whole.lines[-1].id) == ("1", True)
            raise Enough

    # Told of a larger context than there is, it plans one request, which the server refuses.
    writer = Writer(endpoint(url, context=32_768, answer_tokens=20), time.monotonic)
    assert writer.planned(whole, short(1), 0).window == 0
    try:
        with pytest.raises(Enough):
            await writer.draft(whole, short(1), None, save)
    finally:
        await writer.aclose()
