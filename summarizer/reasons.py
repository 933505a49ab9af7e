"""Why a report is not whole, or was written by no model, in the language of the report.

In: a sentence of this room, and a language. Out: the sentence in that language; what is not known here stays
as it is. The sentences are the keys, so that whoever raises one need know no language.
"""

import re

_RUSSIAN = {
    "The language model is busy.": "Языковая модель занята.",
    "The language model cannot be reached.": "Языковая модель недоступна.",
    "The language model took too long to answer.": "Языковая модель слишком долго не отвечала.",
    "The language model's answer broke off.": "Ответ языковой модели оборвался.",
    "The language model's server sent no answer.": "Сервер языковой модели не прислал ответа.",
    "The language model's server answered with an error (#).": "Сервер языковой модели ответил ошибкой (#).",
    "The language model's server refuses the key (#).": "Сервер языковой модели не принимает ключ (#).",
    "The model's server refused the request (status #).": "Сервер модели отклонил запрос (код #).",
    "The account at the language model's provider is used up.": (
        "Средства на счёте у поставщика языковой модели закончились."
    ),
    "The language model's context is too short for a report.": (
        "Контекст языковой модели слишком мал для отчёта."
    ),
    "The meeting's limit of tokens for the language model was reached.": (
        "Достигнут предел токенов языковой модели на одну встречу."
    ),
    "The day's limit of tokens for the language model was reached.": (
        "Достигнут суточный предел токенов языковой модели."
    ),
    "A newer report of this meeting was begun.": "Начат более новый отчёт об этой встрече.",
    "No language model is configured.": "Языковая модель не настроена.",
    "The language model has not answered all that it was asked.": (
        "Языковая модель ответила не на все вопросы."
    ),
    "The model's answer was cut off before its end.": "Ответ модели обрезан до конца.",
    "The model's provider withheld the answer.": "Поставщик модели не выдал ответ.",
    "No answer of the model could be read.": "Ни один ответ модели прочитать не удалось.",
}
_NUMBER = re.compile(r"\d+")


def in_language(sentence: str | None, language: str) -> str | None:
    """The sentence for readers of the language with this code."""
    if sentence is None or language.split("-", maxsplit=1)[0] != "ru":
        return sentence
    numbers = _NUMBER.findall(sentence)
    known = _RUSSIAN.get(_NUMBER.sub("#", sentence))
    return known.replace("#", numbers[0]) if known and numbers else known or sentence
