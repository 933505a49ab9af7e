"""The day that words name, counted from the day of the meeting: "by Thursday", "до двадцатого октября".

In: the words, and the meeting's date. Out: a date, or None where the words name no day for certain. A day
without a month or year is the first such day on or after the meeting. No model is asked.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from summarizer.numbers import numbers

_MONTHS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:january|jan\b|январ)",
        r"\b(?:february|feb\b|феврал)",
        r"\b(?:march|март)",
        r"\b(?:april|apr\b|апрел)",
        r"\b(?:may|мая|май|мае)\b",
        r"\b(?:june|июн)",
        r"\b(?:july|июл)",
        r"\b(?:august|aug\b|август)",
        r"\b(?:september|sept?\b|сентябр)",
        r"\b(?:october|oct\b|октябр)",
        r"\b(?:november|nov\b|ноябр)",
        r"\b(?:december|dec\b|декабр)",
    )
)
_WEEKDAYS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bmonday|\bпонедельник",
        r"\btuesday|\bвторник",
        r"\bwednesday|\bсред[уыае]\b",
        r"\bthursday|\bчетверг",
        r"\bfriday|\bпятниц",
        r"\bsaturday|\bсуббот",
        r"\bsunday|\bвоскресень",
    )
)
_MAY = re.compile(r"(?<=\w )May\b|\bMay \d|\b(?:мая|май|мае)\b", re.UNICODE)
_RELATIVE = (
    (re.compile(r"\bday after tomorrow\b|\bпослезавтра\b"), 2),
    (re.compile(r"\btomorrow\b|\bзавтра\b"), 1),
    (re.compile(r"\btoday\b|\btonight\b|\bсегодня\b"), 0),
)
_NEXT = re.compile(
    r"\bnext (?:week\b|mon|tue|wed|thu|fri|sat|sun)"
    r"|\bследующ\w+ (?:недел|понед|втор|сред|четв|пятн|суб|воскр)"
)
_SPAN = re.compile(r"\b(?:in|within|через|в течение)\b[^.;]*?\b(day|week|month|дн|ден|недел|месяц)")
_END = re.compile(r"\bend of (?:the |this )?(week|month)|\b(?:до |к )?кон(?:ца|цу|це) (недел|месяц)")
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?\b")
_ORDINAL = re.compile(
    r"\bthe \w*(?:th|first|third)\b"
    r"|\bthe \w+ty.?\w+(?:th|first|second|third)\b"
    r"|\w(?:ого|ому|ье|ое|ьему|ьего)\b"
)
_DAY = re.compile(r"\b\d{1,2}(?:st|nd|rd|th|-?го|-?е)\b")


def due_date(words: str, meeting: date) -> date | None:
    """The day that `words` name for somebody who says them on `meeting`."""
    text = words.lower().replace("ё", "е")
    try:
        return _written(text, meeting) or _relative(text, meeting) or _named(text, meeting)
    except (ValueError, OverflowError):
        return None


def names_a_day(words: str) -> bool:
    """Whether the words name a month and a number, or a day of the week."""
    text = words.lower().replace("ё", "е")
    if any(name.search(text) for name in _WEEKDAYS):
        return True
    return any(name.search(text) for name in _MONTHS) and bool(numbers(text))


def days_named(text: str) -> tuple[set[int], set[int]]:
    """The months (1 to 12) and the days of the week (0 is Monday) that a text names."""
    said = text.lower().replace("ё", "е")
    # "May" is a month only with a capital or in a date.
    months = {number for number, name in enumerate(_MONTHS, 1) if name.search(said)}
    if 5 in months and not _MAY.search(text):
        months.discard(5)
    return months, {number for number, name in enumerate(_WEEKDAYS) if name.search(said)}


def _written(text: str, meeting: date) -> date | None:
    if found := _ISO.search(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DOTTED.search(text):
        year = int(found[3]) if found[3] else None
        return _upcoming(int(found[2]), int(found[1]), meeting, year)
    return None


def _relative(text: str, meeting: date) -> date | None:
    for pattern, days in _RELATIVE:
        if pattern.search(text):
            return meeting + timedelta(days)
    if found := _SPAN.search(text):
        return _after_span(text, found[1], meeting)
    if found := _END.search(text):
        if (found[1] or found[2]).startswith(("week", "недел")):
            return meeting + timedelta((4 - meeting.weekday()) % 7)
        return meeting.replace(day=monthrange(meeting.year, meeting.month)[1])
    return None


def _after_span(text: str, unit: str, meeting: date) -> date | None:
    said = numbers(text)
    if len(said) > 1 or (said and not said[0].isdigit()):
        return None
    count = int(said[0]) if said else 1
    if unit in {"month", "месяц"}:
        months = meeting.month - 1 + count
        year, month = meeting.year + months // 12, months % 12 + 1
        return date(year, month, min(meeting.day, monthrange(year, month)[1]))
    return meeting + timedelta(count * (7 if unit in {"week", "недел"} else 1))


def _named(text: str, meeting: date) -> date | None:
    """A day of the month, else a day of the week; the month's day decides where both are named."""
    month = next((index for index, name in enumerate(_MONTHS, 1) if name.search(text)), None)
    days = [int(value) for value in numbers(_DAY.sub(_bare, text)) if value.isdigit()]
    years = [value for value in days if 2000 <= value <= 2100]
    days = [value for value in days if 1 <= value <= 31]
    weekday = next((index for index, name in enumerate(_WEEKDAYS) if name.search(text)), None)
    if month:
        return _upcoming(month, days[0], meeting, years[0] if years else None) if len(days) == 1 else None
    if len(days) == 1 and (_DAY.search(text) or _ordinal(text)):
        return _day_of_month(days[0], meeting)
    if weekday is None:
        return None
    if _NEXT.search(text):
        return meeting - timedelta(meeting.weekday()) + timedelta(7 + weekday)
    return meeting + timedelta((weekday - meeting.weekday()) % 7 or 7)


def _bare(found: re.Match[str]) -> str:
    return re.sub(r"\D", "", found[0])


def _ordinal(text: str) -> bool:
    return bool(_ORDINAL.search(text))


def _upcoming(month: int, day: int, meeting: date, year: int | None) -> date:
    if year:
        return date(year, month, day)
    this = date(meeting.year, month, day)
    return this if this >= meeting else date(meeting.year + 1, month, day)


def _day_of_month(day: int, meeting: date) -> date:
    month, year = meeting.month, meeting.year
    for _ in range(3):
        if day <= monthrange(year, month)[1] and date(year, month, day) >= meeting:
            return date(year, month, day)
        month, year = (month + 1, year) if month < 12 else (1, year + 1)
    raise ValueError("no such day")
