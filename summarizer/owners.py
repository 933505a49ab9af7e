"""Who will do what was asked or promised, by what the lines say.

In: a statement and the lines it cites. Out: a speaker's or addressee's name with the line that shows it,
or None. That a name occurs is not enough: it must be addressed in a request, or its speaker must promise.
"""

import re
from collections.abc import Iterable

from summarizer.cues import ASSENT, FIRST_PERSON, REQUEST, TAKES_IT_ON
from summarizer.evidence import Evidence
from summarizer.words import WORD, stem, stems

_GIVEN = re.compile(r"\byou (?:take|do|own|handle)\b|\bза (?:тобой|вами)\b|\bтво[яйё]\b", re.IGNORECASE)
_ASKED = re.compile(r",\s*(?:can|could|will|would|please|сможешь|можешь|сможете|можете)\b", re.IGNORECASE)
_DOES = (
    r"(?:will|takes?|does|goes|presents|handles|answers|is going to|возьм[её]т|бер[её]т|сделает|займ[её]тся|"
    r"подготовит|проверит|напишет|отправит)\b"
)
_NOBODY = re.compile(r"\bsome(?:body|one)\b|\bкто-нибудь\b|\bкто-то\b", re.IGNORECASE)


def owner_of(text: str, evidence: Evidence, places: Iterable[int]) -> tuple[str, int] | None:
    """The owner and the place of the line that shows it, by the sentence most like the statement.

    Where none like it shows one, a request to somebody by name in the same lines does.
    """
    ranked = evidence.ranked_sentences(text, places)
    for place, said, shared in ranked:
        if _NOBODY.search(said):
            return None
        if shared > 0 and (name := _owner_in(said, place, evidence)):
            return name, place
    requests = ((place, said) for place, said, _ in ranked if REQUEST.search(said))
    asked = ((name, place) for place, said in requests if (name := _addressed(said, evidence)))
    return _by_assent(evidence, places) or next(asked, None)


def taken_on(name: str | None, evidence: Evidence, places: Iterable[int]) -> tuple[str, int] | None:
    """Who has this name, where one of these lines is theirs and takes a task on, or says that they do."""
    for place in places:
        line = evidence.lines[place]
        takes = TAKES_IT_ON.search(line.text) or ASSENT.search(line.text)
        if name and re.search(rf"\b{re.escape(name.split()[0])} {_DOES}", line.text):
            return name, place
        if (
            name
            and line.speaker
            and same_person(name, line.speaker)
            and takes
            and not _NOBODY.search(line.text)
        ):
            return line.speaker, place
    return None


def same_person(one: str, other: str) -> bool:
    """Whether two ways to write a name share its first word, in any case form."""
    return bool(_words(one) & _words(other))


def _owner_in(said: str, place: int, evidence: Evidence) -> str | None:
    if any(cue.search(said) for cue in (REQUEST, _GIVEN, _ASKED)):
        return _addressed(said, evidence)
    return evidence.lines[place].speaker or None if FIRST_PERSON.search(said) else None


def _by_assent(evidence: Evidence, places: Iterable[int]) -> tuple[str, int] | None:
    for place in places:
        line = evidence.lines[place]
        if ASSENT.search(line.text) and place and len(stems(line.text)) <= 2:
            before = evidence.lines[place - 1]
            asked = _addressed(before.text, evidence) if REQUEST.search(before.text) else None
            if asked and same_person(asked, line.speaker):
                return line.speaker, place
    return None


def _addressed(said: str, evidence: Evidence) -> str | None:
    """The name set off by commas, or at the start."""
    names = [
        match[0]
        for match in WORD.finditer(said)
        if match[0][0].isupper() and any(same_person(match[0], name) for name in evidence.speakers)
        if re.match(r"\s*[,.!?;:]|$", said[match.end() :])
    ]
    for name in names:
        return next((speaker for speaker in evidence.speakers if same_person(speaker, name)), name)
    return None


def _words(name: str) -> set[str]:
    return {stem(word) for word in WORD.findall(name) if len(word) > 1}
