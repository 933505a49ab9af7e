"""The numbers that a text says, in digits or in words, Russian and English.

In: text. Out: their values as plain decimal strings, so that "two point four percent" and "2.4 %" are equal.
A lone "one" is a pronoun more often than a number, and is not counted.
"""

import re
from decimal import Decimal
from itertools import pairwise

_ADJ = "(?:ый|ой|ий|ая|ое|ого|ому|ую|ым|ом|ые|ых|ыми)"
_SOFT = f"(?:ь|и|ью|{_ADJ})"
_EN = str.split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_EN_ORDINAL = str.split(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_EN_TENS = str.split("twenty thirty forty fifty sixty seventy eighty ninety")
_RU = {
    0: "нол[ья]|нул[ья]",
    1: f"один|одна|одно|одну|одного|одной|перв{_ADJ}",
    2: f"два|две|двух|двум|двумя|втор{_ADJ}",
    3: "три|трех|трем|тремя|трет(?:ий|ье|ья|ьего|ьему|ью|ьей|ьим|ьем)",
    4: f"четыре|четырех|четырем|четверт{_ADJ}",
    5: f"пят{_SOFT}",
    6: f"шест{_SOFT}",
    7: f"семь|семи|семью|седьм{_ADJ}",
    8: f"восемь|восьми|восемью|восьм{_ADJ}",
    9: f"девят{_SOFT}",
    10: f"десят{_SOFT}",
    11: f"одиннадцат{_SOFT}",
    12: f"двенадцат{_SOFT}",
    13: f"тринадцат{_SOFT}",
    14: f"четырнадцат{_SOFT}",
    15: f"пятнадцат{_SOFT}",
    16: f"шестнадцат{_SOFT}",
    17: f"семнадцат{_SOFT}",
    18: f"восемнадцат{_SOFT}",
    19: f"девятнадцат{_SOFT}",
    20: f"двадцат{_SOFT}",
    30: f"тридцат{_SOFT}",
    40: f"сорок|сорока|сороков{_ADJ}",
    50: f"пятьдесят|пятидесят(?:и|{_ADJ})",
    60: f"шестьдесят|шестидесят(?:и|{_ADJ})",
    70: f"семьдесят|семидесят(?:и|{_ADJ})",
    80: f"восемьдесят|восьмидесят(?:и|{_ADJ})",
    90: f"девяносто|девяноста|девяност{_ADJ}",
    100: f"сто|ста|сот{_ADJ}",
    200: "двести|двухсот",
    300: "триста|трехсот",
    400: "четыреста|четырехсот",
    500: "пятьсот|пятисот",
    600: "шестьсот|шестисот",
    700: "семьсот|семисот",
    800: "восемьсот|восьмисот",
    900: "девятьсот|девятисот",
}
_WORDS = (
    {word: value for value, word in enumerate(_EN)}
    | {word: value for value, word in enumerate(_EN_ORDINAL) if word != "second"}
    | {word: 10 * tens for tens, word in enumerate(_EN_TENS, 2)}
    | {word[:-1] + "ieth": 10 * tens for tens, word in enumerate(_EN_TENS, 2)}
)
_FORMS = [(re.compile(pattern), value) for value, pattern in _RU.items()]
_SCALE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "k": 1000}
_RU_SCALE = (("тысяч", 1000), ("миллион", 10**6), ("миллиард", 10**9), ("млн", 10**6), ("млрд", 10**9))
_TOKEN = re.compile(
    r"[^\W\d_]+-\d+|\d{1,3}(?:[  ]\d{3})+(?!\d)|\d{1,3}(?:,\d{3})+(?![\d,])|"
    r"\d+[.,:]\d+|\d+|[^\W\d_]+|[^\s\w-]"
)
_A_HUNDRED = re.compile(r"\ba (?=hundred|thousand|million|billion)")
_AND = re.compile(r"\band\b", re.IGNORECASE)
_UNSURE = {"one": 1, "first": 1, "second": 2} | {
    f"перв{end}": 1 for end in ("ый", "ая", "ое", "ого", "ому", "ую", "ым", "ом", "ой")
}
_ONE_OR_TWO = re.compile(rf"\b(?:{'|'.join(_UNSURE)})\b", re.IGNORECASE)
_FILLER = {"and", "a", "of"}


class _Reader:
    """Reads tokens; a number that is being said is `done` (thousands and more) plus `open`."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.found: list[Decimal] = []
        self._said_one_by_one: list[int] = []
        self._clear()

    def read(self) -> None:
        for index, token in enumerate(self.tokens):
            if not self._decimals(index) and not self._scaled(token):
                self._plain(token)
        self._flush()
        self._join()

    def _clear(self) -> None:
        self.done = Decimal(0)
        self.open: Decimal | None = None
        self.words = 0
        self.scaled = False

    def _decimals(self, index: int) -> bool:
        """Takes `point` and the word after it."""
        if index + 1 < len(self.tokens) and self.tokens[index] == "point" and self.open is not None:
            if self._said_one_by_one:
                self._said_one_by_one.pop()
            return _word(self.tokens[index + 1]) is not None
        tail = _word(self.tokens[index])
        if tail is None or self.open is None or self.tokens[index - 1] != "point":
            return False
        self.open += Decimal(tail) / (10 if tail < 10 else 100)
        return True

    def _scaled(self, token: str) -> bool:
        scale = _scale(token)
        if scale is None or (self.open is None and scale < 1000):
            return False
        self.scaled = True
        if scale == 100 and self.open is not None:
            self.open *= 100
        else:
            self.done += (Decimal(1) if self.open is None else self.open) * scale
            self.open = None
        return True

    def _plain(self, token: str) -> None:
        value, word = _digits(token), _word(token)
        if value is None and word is None:
            if not (token in _FILLER and self.scaled):
                self._flush()
                self._join()
            return
        if value is None:
            value = Decimal(word or 0)
            self._said_one_by_one.append(int(value))
        if not self._fits(value):
            self._flush()
        self.words += word is not None
        self.open = (self.open or Decimal(0)) + value

    def _fits(self, value: Decimal) -> bool:
        if self.open is None:
            return True
        before = self.open
        if before != int(before) or value != int(value) or not before:
            return False
        below_hundred = before % 100
        return (not below_hundred and value < 100) or (
            below_hundred >= 20 and not before % 10 and 0 < value < 10
        )

    def _flush(self) -> None:
        if self.open is not None or self.scaled:
            value = self.done + (self.open or 0)
            if value != 1 or self.words != 1 or self.scaled:
                self.found.append(value)
        self._clear()

    def _join(self) -> None:
        digits = self._said_one_by_one
        if len(digits) > 2 and max(digits) < 10:
            self.found.append(Decimal("".join(map(str, digits))))
        digits.clear()


def numbers(text: str) -> list[str]:
    """The values in the order in which they are said; digits said one by one are also given as one number."""
    tokens = _TOKEN.findall(_A_HUNDRED.sub("one ", text.lower().replace("ё", "е")))
    reader = _Reader(tokens)
    reader.read()
    if "half" in tokens or any(token.startswith("полов") for token in tokens):
        reader.found.append(Decimal("0.5"))
    return list(dict.fromkeys(_shortest(value) for value in reader.found))


def said_numbers(text: str) -> set[str]:
    """Every value that may be meant where a text is heard.

    A first and a second, both sides of an "and", seven twenty as 720, and a million one hundred as 1,100,000.
    """
    found = {Decimal(value) for reading in (text, _AND.sub(", ", text)) for value in numbers(reading)}
    found |= {
        value + 999 * (value % 1_000_000) for value in found if value > 1_000_000 and value % 1_000_000 < 1000
    }
    tokens = _TOKEN.findall(text.lower().replace("ё", "е"))
    for left, right in pairwise(tokens):
        high, low = _word(left), _word(right)
        if high and low and high < 100 and 10 <= low < 100:
            found |= {Decimal(100 * high + low), Decimal(high) + Decimal(low) / 100}
    unsure = {str(_UNSURE[word[0].lower()]) for word in _ONE_OR_TWO.finditer(text)}
    return unsure | {_shortest(value) for value in found}


def _digits(token: str) -> Decimal | None:
    if not token[0].isdecimal() or ":" in token:
        return None
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", token):
        token = token.replace(",", "")
    token = re.sub(r"\s", "", token).replace(",", ".")
    return Decimal(token)


def _scale(token: str) -> int | None:
    if (known := _SCALE.get(token.removesuffix("s"))) is not None:
        return known
    return next((value for prefix, value in _RU_SCALE if token.startswith(prefix)), None)


def _word(token: str) -> int | None:
    if (known := _WORDS.get(token)) is not None:
        return known
    if not "а" <= token[0] <= "я":
        return None
    return next((value for pattern, value in _FORMS if pattern.fullmatch(token)), None)


def _shortest(value: Decimal) -> str:
    return format(value.normalize(), "f")
