"""Words, their stems, and which of them carry meaning, in Russian and English.

In: any text. Out: stems in order. A word is stemmed by the language of its letters, so text in both languages
needs no setting. Digits are no words; `numbers.py` reads those.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

import snowballstemmer
import stopwordsiso

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_SAID = frozenset(
    str.split(
        "yeah okay ok uh um mm hmm mm-hmm gonna wanna kinda yep nope basically actually sort "
        "thing things lot bit guess mean stuff probably don't it's that's i'm we're we'll i'll "
        "let's there's didn't doesn't isn't what's they're ага угу ну вот это этот эта эти того "
        "типа короче просто вообще значит собственно наверное давайте коллеги добрый день спасибо "
        "всем ещё есть пока могу надо нужно"
    )
)
_STOP = frozenset(stopwordsiso.stopwords(["ru", "en"])) | _SAID
_MEANT = frozenset(
    str.split(
        "вода война вечер утро деньги машина письмо начальник работа работать рука помощь "
        "помогать цель интерес правда вопрос проблема договор month week invention search test "
        "tests present work works open opened opening system group groups problem problems order "
        "ordered orders index page pages million state states change changes member members "
        "number numbers result results case cases point points area areas room rooms information "
        "important line recently research showed usefully value volume web website"
    )
)
"""Words that the list calls empty and a meeting does not."""

_EMPTY = _STOP - _MEANT
_RU, _EN = snowballstemmer.stemmer("russian"), snowballstemmer.stemmer("english")


def language_of(text: str) -> str:
    """`ru` where at least half of the letters are Cyrillic, else `en`."""
    letters = [letter for letter in text[:20_000] if letter.isalpha()]
    return "ru" if letters and 2 * sum(map(bool, map(_CYRILLIC.match, letters))) >= len(letters) else "en"


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of one word; `ё` is `е`, and case is lost."""
    word = word.lower()
    stemmer = _RU if _CYRILLIC.search(word) else _EN
    return str(stemmer.stemWord(word.replace("ё", "е").replace("’", "'")))


@lru_cache(maxsize=50_000)
def is_content(word: str) -> bool:
    """Whether a word means something by itself."""
    word = word.lower().replace("’", "'")
    return len(word) > 1 and word not in _EMPTY and word.replace("ё", "е") not in _EMPTY


def stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in their order."""
    return [stem(word) for word in WORD.findall(text) if is_content(word)]


def sentences(text: str) -> list[str]:
    """The sentences of what was said, by its marks."""
    return [part for part in _SENTENCE.split(text.strip()) if part]


def rarity(documents: Iterable[Iterable[str]]) -> Mapping[str, float]:
    """Inverse document frequency of each stem: what few lines say tells more of a line."""
    counts: Counter[str] = Counter()
    total = 0
    for document in documents:
        counts.update(set(document))
        total += 1
    return {word: math.log((1 + total) / (1 + count)) + 1 for word, count in counts.items()}
