"""The shapes in which Deepgram's clients read text, live and prerecorded. Pure; times in seconds.

Without a wish for punctuation a transcript is bare: lower case, marks only within a word. `punctuated_word`
is there when punctuation was asked for.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

from streaming.segments import Segment, TimedWord

MODEL: Final = {"name": "steno-whisper", "version": "1", "arch": "whisper"}
MODEL_ID: Final = str(uuid.uuid5(uuid.NAMESPACE_URL, "urn:steno:model:whisper"))
NOT_MEASURED: Final = 0.0
"""The confidence of a text that may still change, and of one without words."""


def bare(text: str) -> str:
    """The words of a text in lower case, without the marks around them."""
    return " ".join(filter(None, map(bare_word, text.split())))


def bare_word(word: str) -> str:
    """One word in lower case without the marks around it; empty for what is nothing but marks."""
    inner = [at for at, character in enumerate(word) if character.isalnum()]
    return word[inner[0] : inner[-1] + 1].lower() if inner else ""


def shown_text(text: str, *, formatted: bool) -> str:
    """A text as a transcript."""
    return text if formatted else bare(text)


def words_of(
    words: Iterable[TimedWord], *, formatted: bool, language: str | None = None
) -> list[dict[str, Any]]:
    """Timed words; what is nothing but marks is none of them."""
    return [
        {
            "word": bare_word(word.word),
            "start": word.start,
            "end": word.end,
            "confidence": word.confidence,
            **({"punctuated_word": word.word} if formatted else {}),
            **({"language": language} if language else {}),
        }
        for word in words
        if bare_word(word.word)
    ]


def alternative(segment: Segment, *, formatted: bool, name_language: bool = False) -> dict[str, Any]:
    """A finished segment as the only reading of what was said."""
    language = segment.language if name_language and segment.text else None
    return {
        "transcript": shown_text(segment.text, formatted=formatted),
        "confidence": NOT_MEASURED if segment.confidence is None else segment.confidence,
        "words": words_of(segment.words, formatted=formatted, language=language),
        **({"languages": [language]} if language else {}),
    }


def model_metadata(request_id: str) -> dict[str, Any]:
    """What every `Results` says of its origin."""
    return {"request_id": request_id, "model_info": dict(MODEL), "model_uuid": MODEL_ID}


def whole_metadata(
    request_id: str,
    *,
    sha256: str,
    created: str,
    duration: float,
    channels: int,
    tags: Sequence[str] = (),
) -> dict[str, Any]:
    """What is said of a whole stream or file; `created` in ISO 8601, `duration` in seconds."""
    return {
        "transaction_key": "deprecated",
        "request_id": request_id,
        "sha256": sha256,
        "created": created,
        "duration": duration,
        "channels": channels,
        "models": [MODEL_ID],
        "model_info": {MODEL_ID: dict(MODEL)},
        **({"tags": list(tags)} if tags else {}),
    }
