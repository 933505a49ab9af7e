"""Where a language model is asked, and within what bounds. Pure data."""

from dataclasses import dataclass, field


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
