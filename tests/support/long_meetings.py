"""A meeting of three hours: 30,000 words of talk, with tasks given from its first minute to its last.

In: the language. Out: lines with their times, and the ids and texts of the lines that give a task. The talk
is that of the written meetings, over and over; the tasks are each given once.
"""

import json
from pathlib import Path

from summarizer.schema import Line

SECONDS = 10_800.0
WORDS = 30_000
_FOLDER = Path(__file__).parents[1] / "unit" / "summarizer" / "meetings"
_THINGS = {
    "en": str.split(
        "anvils blankets candles drills envelopes feathers gaskets hammers inkwells jackets kettles lanterns "
        "mattresses napkins ovens pillows quilts radios saddles tractors umbrellas violins wardrobes "
        "xylophones yoghurts zippers bricks carpets diapers easels"
    ),
    "ru": str.split(
        "абажуры балконы веники гвозди доски ёлки жалюзи замки иголки кирпичи лампы матрасы ножницы обои "
        "пилы радиаторы сверла табуретки унитазы форточки холодильники циркули чайники шкафы щетки экраны "
        "юбки якоря батареи вазы"
    ),
}
_TASK = {"en": "I will fetch the {thing} from the warehouse.", "ru": "Я закажу {thing} на складе."}


def long_meeting(language: str) -> tuple[list[Line], dict[str, str]]:
    """The lines, and the tasks as text by the id of their line."""
    texts = [
        (row["speaker"], row["text"])
        for name in (language, f"{language}-heldout")
        for row in json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))["segments"]
    ]
    rounds = WORDS // sum(len(text.split()) for _, text in texts) + 1
    said = texts * rounds
    things = _THINGS[language]
    step = len(said) / len(things)
    tasks: dict[str, str] = {}
    lines: list[Line] = []
    for place, (speaker, text) in enumerate(said):
        start = SECONDS * place / len(said)
        lines.append(Line(f"s{place}", speaker, start, start + 2, text))
        if len(tasks) < len(things) and place >= (len(tasks) + 0.5) * step:
            task = _TASK[language].format(thing=things[len(tasks)])
            lines.append(Line(f"t{place}", speaker, start + 2, start + 3, task))
            tasks[f"t{place}"] = task
    return lines, tasks
