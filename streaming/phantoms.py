"""Phrases that Whisper writes where nobody speaks: the subtitles of its training data. Pure data.

They are what video subtitles hold in silence, under music and at the end: thanks for watching, credits of
subtitlers, descriptions of music. Most can be said by people, so a phrase alone proves nothing; see
`streaming.quarantine`. Phrases are compared without case, punctuation and repeats.
"""

import re
import unicodedata

_WORD = re.compile(r"\w+")

PHRASES = frozenset(
    {
        # English
        "you",
        "bye",
        "bye bye",
        "thank you",
        "thank you so much",
        "thank you very much",
        "thank you for listening",
        "thank you for watching",
        "thank you so much for watching",
        "thank you very much for watching",
        "thanks for listening",
        "thanks for watching",
        "thanks for watching and i will see you in the next video",
        "i will see you in the next video",
        "ill see you in the next video",
        "see you in the next video",
        "see you next time",
        "please subscribe",
        "please subscribe to my channel",
        "please like and subscribe",
        "like and subscribe",
        "dont forget to subscribe",
        "subscribe",
        "subscribe to the channel",
        "music",
        "applause",
        "laughter",
        "blank audio",
        # Russian
        "до свидания",
        "до новых встреч",
        "до скорых встреч",
        "до встречи в следующем видео",
        "всем пока",
        "продолжение следует",
        "подписывайтесь",
        "подписывайтесь на канал",
        "подписывайтесь на мой канал",
        "подписывайтесь на наш канал",
        "ставьте лайки",
        "ставьте лайки и подписывайтесь на канал",
        "не забудьте подписаться на канал",
        "с вами был игорь негода",
        "спасибо",
        "спасибо за внимание",
        "спасибо за просмотр",
        "спасибо за подписку",
        "благодарю за внимание",
        "благодарю за просмотр",
        "музыка",
        "музыкальная заставка",
        "играет музыка",
        "аплодисменты",
        "смех",
    }
)
"""Whole texts, as `bare` writes them."""

CREDITS = (
    "subtitles by",
    "subtitles made by",
    "captions by",
    "captioned by",
    "transcription by",
    "transcribed by",
    "translated by",
    "субтитры",
    "субтитры сделал",
    "субтитры делал",
    "субтитры создавал",
    "субтитры подготовлены",
    "субтитры подогнал",
    "субтитры предоставил",
    "субтитры и перевод",
    "редактор субтитров",
    "корректор",
)
"""How a credit begins; a name follows, of which there are too many to list."""

MUSIC = re.compile(r"(\w+(ая|ный|ный) )?(музыка|мелодия)|(\w+ )?music( playing)?")
"""A description of music: one adjective at most."""


def bare(text: str) -> str:
    """A text as phrases are compared: "I'll see you…" -> "ill see you", ё as е, repeats told once."""
    words = plain_words(text)
    size = period(words)
    whole = size > 0 and len(words) % size == 0
    return " ".join(words[:size] if whole else words)


def phantom(text: str) -> bool:
    """Whether the whole text is one of these phrases, however often, or begins as a credit does."""
    plain = bare(text)
    credit = any(plain == start or plain.startswith(start + " ") for start in CREDITS)
    return plain in PHRASES or credit or MUSIC.fullmatch(plain) is not None


def plain_words(text: str) -> list[str]:
    """The words of a text without case, marks and the dots of ё."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return _WORD.findall(re.sub(r"['’]", "", plain))


def period(words: list[str]) -> int:
    """After how many words the text only repeats itself, to its last word; its length if it does not."""
    length = len(words)
    return next((size for size in range(1, length) if words[size:] == words[:-size]), length)
