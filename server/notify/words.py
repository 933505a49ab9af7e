"""What messages say in their own words, in Russian and English. Other languages read English. Pure data.

What a report says of itself is in `summarizer.headings`.
"""

from datetime import datetime
from typing import Final

_WORDS: Final = {
    "subject": ("Report: {title}", "Отчёт: {title}"),
    "ready": ("The report is ready", "Отчёт готов"),
    "open": ("Open the report", "Открыть отчёт"),
    "open_meeting": ("Report, transcript and recording of words", "Отчёт и полный текст встречи"),
    "more": ("and {count} more in the report", "и ещё {count} — в полном отчёте"),
    "left_out": (
        "Left out of this message because the words said do not bear them out without doubt: {count}.",
        "Не вошло в сообщение, потому что сказанное не подтверждает это без сомнений: {count}.",
    ),
    "empty": ("There is nothing in it to tell here.", "В нём нет ничего, что можно было бы привести здесь."),
    "why": (
        "You receive this because your address stands in the notifications of this meeting.",
        "Вы получили это письмо, потому что ваш адрес указан в уведомлениях этой встречи.",
    ),
    "unsubscribe": ("Unsubscribe", "Отписаться"),
    "hours": ("{hours} h {minutes} min", "{hours} ч {minutes} мин"),
    "minutes": ("{minutes} min", "{minutes} мин"),
    "seconds": ("{seconds} s", "{seconds} с"),
}
_MONTHS: Final = (
    str.split("January February March April May June July August September October November December"),
    str.split("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
)


def is_russian(language: str) -> bool:
    """Whether the language of this code is Russian."""
    return language.split("-", maxsplit=1)[0] == "ru"


def word(key: str, language: str, **values: object) -> str:
    """The words for `key`, with the values in their places."""
    english, russian = _WORDS[key]
    return (russian if is_russian(language) else english).format(**values)


def moment(at: datetime, language: str) -> str:
    """A day and a time of day, with the zone."""
    month = _MONTHS[is_russian(language)][at.month - 1]
    return f"{at.day} {month} {at.year}, {at:%H:%M} {at.tzname() or ''}".strip()


def length(seconds: float, language: str) -> str:
    """A duration, to the minute from one minute on."""
    if seconds < 60:
        return word("seconds", language, seconds=round(seconds))
    hours, minutes = divmod(round(seconds / 60), 60)
    return word("hours" if hours else "minutes", language, hours=hours, minutes=minutes)
