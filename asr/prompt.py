"""The token prompt of one window. Pure.

Layout (openai/whisper `decoding.py`): `<|startofprev|> hotwords… <|startoftranscript|> <|lang|>
<|transcribe|> <|notimestamps|> prefix…`. CTranslate2 wants `<|startoftranscript|>` at the same position in
every prompt of a batch; the forced prefix after it may differ in length.
"""

from functools import lru_cache
from typing import Protocol

MAX_HOTWORD_TOKENS = 96
MAX_PREFIX_TOKENS = 300
"""More than the longest utterance holds. A prefix that were cut would be decoded a second time; with this
and all hotwords the decoder's 448 positions still leave room for an answer."""


POSITIONS = 448
"""Tokens that the decoder has places for."""


class Tokens(Protocol):
    """The part of faster-whisper's tokenizer that a prompt needs."""

    sot: int
    sot_prev: int
    transcribe: int
    no_timestamps: int

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text."""
        ...


@lru_cache(maxsize=256)
def hotword_tokens(tokens: Tokens, hotwords: tuple[str, ...]) -> tuple[int, ...]:
    """What stands before `<|startoftranscript|>`; empty without hotwords. Whole words only.

    Kept for the sessions of the hour: every window asks for its own, on the event loop too.
    """
    kept: list[int] = []
    for index, word in enumerate(hotwords):
        piece = tokens.encode(("," if index else "") + " " + word.strip())
        if len(kept) + len(piece) > MAX_HOTWORD_TOKENS:
            break
        kept += piece
    return (tokens.sot_prev, *kept) if kept else ()


def prefix_tokens(tokens: Tokens, prefix: str) -> list[int]:
    """The forced beginning of the answer."""
    text = prefix.strip()
    return tokens.encode(" " + text)[:MAX_PREFIX_TOKENS] if text else []


def task_tokens(tokens: Tokens, language_token: int | None) -> list[int]:
    """From `<|startoftranscript|>` to `<|notimestamps|>`; English-only models name no language."""
    task = [] if language_token is None else [language_token, tokens.transcribe]
    return [tokens.sot, *task, tokens.no_timestamps]


def max_length(start: int, answer: int) -> int:
    """The `max_length` with which CTranslate2 allows an answer of so many tokens, its prefix included, after
    a start of so many (up to and with `<|notimestamps|>`).

    It allows `min(max_length // 2, max_length - (start - 1))` tokens, and fails beyond the last position.
    """
    answer = min(answer, POSITIONS - start)
    return max(2 * answer, answer + start - 1)
