"""Writes a report's drafts with a language model: the only file of this room that awaits answers.

In: a meeting, a template and the drafts so far. Out: drafts, handed on after each answer. It checks nothing
of what was written (`assemble.report_of` does) and keeps nothing itself but the form that the server holds
to.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from summarizer.drafts import Drafts, Headline, Meeting, Part, Usage
from summarizer.endpoint import Endpoint
from summarizer.failures import WriterFailed
from summarizer.forms import Form
from summarizer.ladder import (
    PROBE_QUESTION,
    Answered,
    Ask,
    Done,
    Failed,
    Probed,
    after,
    in_words,
    probe_schema,
    probed,
    repair_words,
    response_format,
)
from summarizer.llm import Llm, Reply, cost_of
from summarizer.plan import SMALLEST_WINDOW, WINDOW, Messages, Plan, Request, headline, plan, spoken
from summarizer.prompt import numbered, warming
from summarizer.schema import Rung
from summarizer.template import Template
from summarizer.words import WORD

Save = Callable[[Drafts], Awaitable[None]]
T = TypeVar("T")

_PROBE_TOKENS = 1000
_SHORTEST_ANSWER = 64
_REPAIRED = 2000
"""Characters of a faulty answer that are shown to the model again."""

_READ_AT_LEAST, _TRUSTED_WINDOW, _CREDIBLE = 0.7, 1500, 500
"""A server that counts fewer tokens than this share of the words it was sent has silently left some out.
Windows as short as the second are not doubted, nor is a count as low as the third, which no context is."""


class _OverLimit(Exception):
    """The next request could take more tokens than the meeting may."""


class Writer:
    """Asks one endpoint. `clock` gives seconds that only grow. Close it when done."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], float]) -> None:
        self._endpoint = endpoint
        self._llm = Llm(endpoint, clock)
        self._answer = min(endpoint.answer_tokens, endpoint.context // 4)
        self._slots = asyncio.Semaphore(endpoint.at_once)
        self._probing = asyncio.Lock()
        self._rung: Rung | None = None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._llm.aclose()

    async def draft(self, meeting: Meeting, template: Template, drafts: Drafts | None, save: Save) -> Drafts:
        """Go on where `drafts` ended until all is answered; `save` is awaited after each answer.

        Raises WriterFailed.
        """
        return await _Drafting(self, meeting, template, drafts, save).finish()

    async def draft_ahead(
        self, meeting: Meeting, template: Template, drafts: Drafts | None, save: Save
    ) -> Drafts:
        """Answer what the end of a running meeting cannot change: windows that are full.

        Asks nothing while the meeting still fits the model. Raises WriterFailed.
        """
        return await _Drafting(self, meeting, template, drafts, save).ahead()

    async def warm(self, meeting: Meeting, template: Template) -> None:
        """Send what all sections will share, so that the server has read it by the meeting's end.

        For servers that keep what they read: others bill it. Raises WriterFailed.
        """
        if messages := await asyncio.to_thread(self._warming, meeting, template):
            await self.send(messages, None, 1)

    def _warming(self, meeting: Meeting, template: Template) -> Messages | None:
        lines = spoken(meeting.lines)
        return None if not lines or self.planned(meeting, template, 0).window else warming(numbered(lines))

    async def probe(self) -> Probed:
        """Ask once what the server does with a schema. Raises WriterFailed."""
        asked: Messages = [{"role": "user", "content": PROBE_QUESTION}]
        reply = await self.send(asked, response_format("json_schema", probe_schema()), _PROBE_TOKENS)
        found = probed(reply.answered)
        if isinstance(found, Failed):
            raise _refused(found)
        self._rung = found.rung
        return found

    async def rung(self) -> Rung:
        """The form to begin with: what worked last, else what the probe tells. Raises WriterFailed."""
        async with self._probing:
            return self._rung or (await self.probe()).rung

    def keep(self, rung: Rung) -> None:
        """Remember the form that worked."""
        self._rung = rung

    def planned(self, meeting: Meeting, template: Template, window: int) -> Plan:
        """What this endpoint is to be asked."""
        return plan(meeting, template, self._endpoint.context, self._answer, window)

    def headline(
        self, meeting: Meeting, template: Template, drafts: Drafts
    ) -> tuple[Messages, Form[Headline]]:
        """What asks for title and gist."""
        return headline(meeting, template, drafts, self._endpoint.context, self._answer)

    def room(self, spent: Usage, messages: Messages) -> int:
        """Tokens left for an answer to these messages. Raises _OverLimit where they do not suffice."""
        left = self._endpoint.tokens_per_meeting - spent.tokens - cost_of(messages)
        if left < _SHORTEST_ANSWER:
            raise _OverLimit
        return min(self._answer, left)

    def signed(self, drafts: Drafts) -> Drafts:
        """The drafts with the name of who writes them."""
        return replace(drafts, host=urlsplit(self._endpoint.url).hostname or "", model=self._endpoint.model)

    async def send(self, messages: Messages, form: dict[str, Any] | None, answer_tokens: int) -> Reply:
        """One request, when it is its turn. Raises WriterFailed."""
        async with self._slots:
            return await self._llm.ask(messages, form, answer_tokens)


class _Drafting:
    """One run over one meeting."""

    def __init__(
        self, writer: Writer, meeting: Meeting, template: Template, drafts: Drafts | None, save: Save
    ) -> None:
        self._writer = writer
        self._meeting = meeting
        self._template = template
        self._drafts = writer.signed(drafts or Drafts())
        self._save = save

    async def finish(self) -> Drafts:
        if self._drafts.complete:
            return self._drafts
        try:
            await self._answer_all(lambda todo: todo.requests)
            self._demand_an_answer()
            if self._drafts.headline is None and self._drafts.parts:
                await self._headline()
            await self._keep(replace(self._drafts, complete=True))
        except _OverLimit:
            stopped = "The meeting's limit of tokens for the language model was reached."
            await self._keep(replace(self._drafts, stopped=stopped, complete=True))
            self._demand_an_answer()
        return self._drafts

    async def ahead(self) -> Drafts:
        # The limit is told when the meeting has ended.
        with contextlib.suppress(_OverLimit):
            await self._answer_all(lambda todo: todo.requests[:-1] if todo.window else ())
        return self._drafts

    async def _answer_all(self, chosen: Callable[[Plan], tuple[Request, ...]]) -> None:
        """Answers what is planned; where the server cannot take it, plans anew in shorter windows."""
        while True:
            # Three hours of talk take a tenth of a second, which the event loop has no time for.
            todo = await asyncio.to_thread(
                self._writer.planned, self._meeting, self._template, self._drafts.window
            )
            keys = frozenset(request.key for request in todo.requests)
            self._drafts = replace(self._drafts.keeping(keys), window=todo.window)
            done = {part.key for part in self._drafts.parts}
            for request in chosen(todo):
                if request.key not in done and not await self._answered(request):
                    await self._shorten(todo)
                    break
            else:
                return

    async def _answered(self, request: Request) -> bool:
        """Whether the server could take the request; its answer or its fault is then among the drafts."""
        found = await self._climb(request.messages, request.form)
        if isinstance(found, Failed):
            if found.overflow:
                return False
            if found.status:
                raise _refused(found)
        part = Part(request.key, request.first, request.last, request.sections)
        part = (
            replace(part, fault=found.why)
            if isinstance(found, Failed)
            else replace(part, statements=found.value)
        )
        await self._keep(self._drafts.answered(part))
        return True

    async def _shorten(self, todo: Plan) -> None:
        whole = sum(cost_of(request.messages) for request in todo.requests[:1])
        window = min(WINDOW, (todo.window or whole) // 2)
        if window < SMALLEST_WINDOW:
            raise WriterFailed(
                "llm_context", "The language model's context is too short for a report.", permanent=True
            )
        await self._keep(replace(self._drafts, window=window))

    async def _headline(self) -> None:
        """Title and gist; a report without them is whole."""
        messages, form = await asyncio.to_thread(
            self._writer.headline, self._meeting, self._template, self._drafts
        )
        found = await self._climb(messages, form)
        done = found.value if isinstance(found, Done) else Headline()
        self._drafts = replace(self._drafts, headline=done)

    async def _climb(self, messages: Messages, form: Form[T]) -> Done[T] | Failed:
        """Asks until the answer can be read, or no form is left."""
        step: Ask | Done[T] | Failed = Ask(self._drafts.rung or await self._writer.rung())
        answered, first = Answered(), True
        while isinstance(step, Ask):
            turns = _turns(messages, step, answered, form.schema)
            reply = await self._ask(turns, response_format(step.rung, form.schema))
            answered = reply.answered
            if first and self._doubted() and _left_out(turns, reply):
                return Failed("The server read less than it was sent.", overflow=True)
            step, first = after(step, answered, form.read), False
        if isinstance(step, Done):
            self._writer.keep(step.rung)
            self._drafts = replace(self._drafts, rung=step.rung)
        return step

    def _doubted(self) -> bool:
        """Whether the server may be leaving words out: over one prefix, its first answer tells for all."""
        if self._drafts.window:
            return self._drafts.window > _TRUSTED_WINDOW
        return not self._drafts.parts

    async def _ask(self, turns: Messages, form: dict[str, Any] | None) -> Reply:
        room = self._writer.room(self._drafts.usage, turns)
        try:
            reply = await self._writer.send(turns, form, room)
        except WriterFailed as failure:
            if failure.code in {"llm_slow", "llm_cut_off"}:
                # It was read, and is paid for.
                spent = self._drafts.usage + Usage(cost_of(turns))
                await self._keep(replace(self._drafts, usage=spent))
            raise
        self._drafts = replace(self._drafts, usage=self._drafts.usage + reply.usage)
        return reply

    def _demand_an_answer(self) -> None:
        """Raises WriterFailed where every part has a fault."""
        parts = self._drafts.parts
        if self._drafts.stopped and not any(part.fault is None for part in parts):
            raise WriterFailed("llm_limit", self._drafts.stopped, permanent=True)
        if parts and all(part.fault for part in parts):
            raise WriterFailed("llm_unreadable", parts[0].fault or "", permanent=True)

    async def _keep(self, drafts: Drafts) -> None:
        self._drafts = drafts
        await self._save(drafts)


def _turns(messages: Messages, ask: Ask, before: Answered, schema: Mapping[str, Any]) -> Messages:
    """The request in the form of this rung, after the faulty answer where that is to be repaired."""
    *prefix, last = messages
    asked = [*prefix, last | {"content": last["content"] + in_words(ask.rung, schema)}]
    if ask.repair is None:
        return asked
    return [
        *asked,
        {"role": "assistant", "content": before.text[:_REPAIRED]},
        {"role": "user", "content": repair_words(ask.repair)},
    ]


def _left_out(turns: Messages, reply: Reply) -> bool:
    """Whether the server read fewer tokens than there are words in what it was sent."""
    words = sum(len(WORD.findall(turn["content"])) for turn in turns)
    read = max(reply.usage.input_tokens, reply.usage.cached_tokens)
    return reply.answered.status == 200 and _CREDIBLE <= read < _READ_AT_LEAST * words


def _refused(failed: Failed) -> WriterFailed:
    return WriterFailed("llm_refused", failed.why, permanent=True)
