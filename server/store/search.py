"""Full-text search over meetings: what a person types, as SQL conditions.

A meeting is found when each term stands in its title or in some segment, not all of them in one. A term is a
word, the beginning of a word before `*`, or a phrase in double quotes; `-` before it excludes; `or` between
terms takes either. Each is tried in Russian and in English, with the stemming of that language. Stop words
("the", "и") ask for nothing.
"""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    union,
)

from server.store.columns import StoredText
from server.store.schema import SEPARATORS, meetings, segments

MAX_TERMS: Final = 16
"""Terms beyond this are not looked for."""

MAX_CHARACTERS: Final = 500
"""A term's characters beyond this are ignored: PostgreSQL's words end at 2 KiB."""

_PLAIN: Final = str.maketrans(dict.fromkeys(SEPARATORS, " ") | dict.fromkeys("«»“”„", '"'))
_TOKEN: Final = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')
LANGUAGES: Final = ("russian", "english")
"""Each has a search vector of its own."""
LEAST_PREFIX: Final = 2
"""Letters before `*`; a shorter beginning is taken for a whole word."""


@dataclass(frozen=True, slots=True)
class Term:
    """Any of `texts` must occur; none of them, when `excluded`."""

    texts: tuple[str, ...]
    excluded: bool = False


def terms(query: str) -> tuple[Term, ...]:
    """What `query` asks for; empty when nothing."""
    found: list[Term] = []
    joined = False
    for match in islice(_TOKEN.finditer(query.translate(_PLAIN)), MAX_TERMS):
        minus, phrase, word = match.groups()
        if word is not None and word.lower() == "or" and not minus and found:
            joined = True
            continue
        text = word.lstrip("-")[:MAX_CHARACTERS] if phrase is None else f'"{phrase[:MAX_CHARACTERS]}"'
        if any(character.isalnum() for character in text):
            if joined and not minus and not found[-1].excluded:
                found[-1] = Term((*found[-1].texts, text))
            else:
                found.append(Term((text,), excluded=bool(minus)))
        joined = False
    return tuple(found)


def matches(query: str) -> ColumnElement[bool]:
    """The condition on `meetings` that `query` stands for; true for an empty one."""
    return and_(True, *(_holds(term) for term in terms(query)))


def _holds(term: Term) -> ColumnElement[bool]:
    occurs = or_(*(_occurs(text) for text in term.texts))
    return or_(not_(occurs) if term.excluded else occurs, *(is_stop_word(text) for text in term.texts))


def _occurs(text: str) -> ColumnElement[bool]:
    """Whether `text` stands in the title or in a segment of a meeting."""
    return meetings.c.id.in_(
        union(
            select(meetings.c.id).where(found_in(meetings, text)),
            select(segments.c.meeting_id).where(found_in(segments, text)),
        )
    )


def found_in(table: Table, text: str) -> ColumnElement[bool]:
    """Whether the vectors of a row of `table` hold `text` of a term."""
    return or_(
        *(table.c[f"search_{language}"].bool_op("@@")(query(language, text)) for language in LANGUAGES)
    )


def is_stop_word(text: str) -> ColumnElement[bool]:
    """Whether `text` asks for nothing in one of the languages."""
    return or_(*(func.numnode(query(language, text)) == 0 for language in LANGUAGES))


def query(language: str, text: str) -> ColumnElement[Any]:
    """The `tsquery` that `text` of a term stands for in a language."""
    beginning = text.rstrip("*")
    letters = sum(character.isalnum() for character in beginning)
    if beginning == text or text.startswith('"') or letters < LEAST_PREFIX:
        return func.websearch_to_tsquery(config(language), bindparam(None, text, StoredText))
    # In quotation marks, so that nothing in it is an operator.
    plain = beginning.replace("\\", " ").replace("'", " ")
    quoted = bindparam(None, f"'{plain}':*", StoredText)
    # The beginning as it stands as well: that of a long word may be a stop word.
    return func.to_tsquery(config(language), quoted).op("||")(func.to_tsquery(config("simple"), quoted))


def config(name: str) -> ColumnElement[Any]:
    """A text search configuration of PostgreSQL."""
    return literal_column(f"'{name}'::regconfig")
