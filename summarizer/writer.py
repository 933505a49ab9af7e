"""Writes a report's drafts with a language model: the only file of this room that awaits answers.

In: a meeting, a template and the drafts so far. Out: drafts, handed on after each answer. It checks nothing
of what was written (`assemble.report_of` does) and keeps nothing itself but the form that the server holds
to.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from summarizer.drafts import Drafts, Meeting
from summarizer.failures import WriterFailed
from summarizer.template import Template

__all__ = ["Endpoint", "Writer", "WriterFailed"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server of the chat completions API and what it may be asked.

    `context` is the model's context in tokens, `answer_tokens` the longest answer, `tokens_per_meeting` what
    one report may take in both directions; `first_s`, `chunk_s` and `total_s` are seconds to wait for the
    first words of an answer, for the next ones, and for its end. `at_once` bounds the requests in flight.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    context: int = 32_768
    answer_tokens: int = 4096
    tokens_per_meeting: int = 400_000
    at_once: int = 1
    first_s: float = 600.0
    chunk_s: float = 60.0
    total_s: float = 1200.0


class Writer:
    """Asks one endpoint. `clock` gives seconds that only grow."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], float]) -> None:
        self._endpoint = endpoint
        self._clock = clock

    async def draft(
        self,
        meeting: Meeting,
        template: Template,
        drafts: Drafts | None,
        save: Callable[[Drafts], Awaitable[None]],
    ) -> Drafts:
        """Go on where `drafts` ended until all is answered; `save` is awaited after each answer.

        Raises WriterFailed.
        """
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close the connections."""
