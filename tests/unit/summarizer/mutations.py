"""True statements changed in one way so that they are false, by class of change.

In: a statement about a meeting. Out: its mutants, each with the name of its class. Written without regard to
how the check works: numbers are changed in digits and in words, days in the text and in the due date, any
name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from summarizer.schema import Kind
from summarizer.verify import Candidate

_STRANGERS = {"en": ("Gregory", "Natasha"), "ru": ("Григорий", "Снежана")}
_DUE = {"en": ("by next Sunday", "on the ninth of May"), "ru": ("до воскресенья", "к девятому мая")}
_SPOKEN = {
    "en": str.split("two three four five six seven eight nine ten eleven twelve twenty thirty forty"),
    "ru": str.split("два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать двадцать"),
}
_DAYS = {
    "en": str.split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "ru": str.split("понедельник вторник среду четверг пятницу субботу воскресенье"),
}
_MONTHS = {
    "en": str.split("January February March April May June July August September October November December"),
    "ru": str.split("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
}
_VERBS = {
    "en": (
        r"\b(will|would|can|could|went|launches|are|is|was|were|costs?|wants?|has|have|had|needs?|reruns|replaces|"
        r"drops|keeps|fail|stays|goes|closes|takes|tells|leaves|opens|asks|offered|gave|made|booked|remaining)\b"
    ),
    "ru": (
        r"\b([а-яё]{2,}(?:ит|ет|ёт|ят|ют|ут|им|ем|ал[аои]?|ил[аои]?|тся|лось|ась|ось)|было|была|есть|стоят|стоит|"
        r"закрыт|заполнен|записано|бесплатный|неверные|вернутся)\b"
    ),
}
_DENIALS = {
    "en": r"\b(?:not|no|cannot|nobody|nothing|never)\b|n't\b",
    "ru": r"\b(?:не|нет|нельзя|без|никто|ничего|никогда|никому)\b",
}


Mutant = tuple[str, Candidate]


def mutants(
    language: str, kind: Kind, one: Candidate, speakers: Sequence[str], lines: int
) -> Iterator[Mutant]:
    """Every change of one statement. `lines` is how many the meeting has, with the ids 1 to `lines`."""
    yield from (("number", replace(one, text=text)) for text in _numbers(language, one.text))
    yield from _names(language, one, speakers)
    yield from _owners(one, speakers)
    yield from _dates(language, one)
    if kind != "qa":
        yield from (("negation", replace(one, text=text)) for text in _negations(language, one.text))
    for shift in (5, 9, 16):
        cites = tuple(str((int(cite) - 1 + shift) % lines + 1) for cite in one.cites)
        yield "shifted citation", replace(one, cites=cites)


def _numbers(language: str, text: str) -> Iterator[str]:
    for found in re.finditer(r"\d+", text):
        for change in (3, 7, 40):
            yield text[: found.start()] + str(int(found[0]) + change) + text[found.end() :]
    words = _SPOKEN[language]
    for found in re.finditer(r"\w+", text):
        if found[0].lower() in words:
            other = words[(words.index(found[0].lower()) + 4) % len(words)]
            yield text[: found.start()] + other + text[found.end() :]


def _names(language: str, one: Candidate, speakers: Sequence[str]) -> Iterator[Mutant]:
    for name in speakers:
        if re.search(rf"\b{name}\b", one.text):
            for stranger in _STRANGERS[language]:
                text = re.sub(rf"\b{name}\b", stranger, one.text)
                yield "name", replace(one, text=text, owner=None)


def _owners(one: Candidate, speakers: Sequence[str]) -> Iterator[Mutant]:
    if one.owner:
        for name in speakers:
            if name != one.owner:
                yield "owner", replace(one, text=one.text.replace(one.owner, name), owner=name)


def _dates(language: str, one: Candidate) -> Iterator[Mutant]:
    if one.due_text:
        yield from (("date", replace(one, due_text=day)) for day in _DUE[language])
    for names in (_DAYS[language], _MONTHS[language]):
        for found in re.finditer(r"\w+", one.text):
            if found[0] in names:
                for step in (2, 5):
                    other = names[(names.index(found[0]) + step) % len(names)]
                    yield (
                        "date",
                        replace(one, text=one.text[: found.start()] + other + one.text[found.end() :]),
                    )


def _negations(language: str, text: str) -> Iterator[str]:
    """The first denial taken away, or one put before the first verb."""
    if denial := re.search(_DENIALS[language], text, re.IGNORECASE):
        bare = text[: denial.start()] + text[denial.end() :]
        # What holds a second denial denies as before.
        if not re.search(_DENIALS[language], bare, re.IGNORECASE):
            yield re.sub(r"\s+", " ", bare).strip()
    elif re.search(_VERBS[language], text):
        yield re.sub(_VERBS[language], r"\1 not" if language == "en" else r"не \1", text, count=1)
