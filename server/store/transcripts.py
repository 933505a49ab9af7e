"""The search through transcripts, segment by segment. Takes the connection of the caller's transaction.

Every term must stand in one segment; the terms are those of `server.store.search`. What is suspected not to
have been said comes last; then the better match comes first, by `ts_rank` over the number of words; then the
newer meeting. A query with excluded terms alone finds nothing.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Double,
    RowMapping,
    Select,
    Subquery,
    any_,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.cursor import paged, read_place, write_place
from server.store.found import Hit, Hits, Wanted
from server.store.schema import SEARCHED_CHARACTERS, SEPARATORS, meetings, segments
from server.store.search import LANGUAGES, Term, config, found_in, is_stop_word, query, terms
from server.store.snippets import START, STOP, marks, snippet
from server.store.speakers import shown_speaker
from streaming.segments import SUSPECTED_HALLUCINATION

BY_LENGTH: Final = 1
"""To `ts_rank`: divide by 1 + the logarithm of the number of words."""
_PLACE: Final = ("suspected", "worse", "older", "start", "id")
"""What hits are ordered by, each from small to great."""
_KINDS: Final = (int, float, float, float, str)
_HEADLINE: Final = f"HighlightAll=true, StartSel={START}, StopSel={STOP}"
_SPACED: Final = SEPARATORS + START + STOP


async def find(connection: AsyncConnection, wanted: Wanted, *, cursor: str | None, limit: int) -> Hits:
    """A page of hits. Raises `ProtocolError` (`bad_cursor`)."""
    after = None if cursor is None else read_place(cursor, *_KINDS)
    asked = await _meaningful(connection, terms(wanted.q))
    texts = [text for term in asked if not term.excluded for text in term.texts]
    if not texts:
        return Hits((), None)
    page = _page(wanted, asked, texts, after, limit + 1)
    rows = (await connection.execute(_with_headlines(page, texts))).mappings().all()
    shown, following = paged(rows, limit, lambda row: write_place(*(row[name] for name in _PLACE)))
    return Hits(tuple(map(_hit, shown)), following)


async def _meaningful(connection: AsyncConnection, asked: Sequence[Term]) -> list[Term]:
    """The terms that ask for something: found out apart, so that no condition stands in an index's way."""
    if not asked:
        return []
    stops = select(*(or_(*(is_stop_word(text) for text in term.texts)) for term in asked))
    answers = (await connection.execute(stops)).one()
    return [term for term, stop in zip(asked, answers, strict=True) if not stop]


def _page(
    wanted: Wanted, asked: Sequence[Term], texts: Sequence[str], after: Sequence[Any] | None, limit: int
) -> Subquery:
    found = _found(wanted, asked, texts).subquery()
    place = [found.c[name] for name in _PLACE]
    page = select(found).order_by(*place).limit(limit)
    if after is not None:
        given = [literal(value, column.type) for value, column in zip(after, place, strict=True)]
        page = page.where(tuple_(*place) > tuple_(*given))
    return page.subquery()


def _found(wanted: Wanted, asked: Sequence[Term], texts: Sequence[str]) -> Select[Any]:
    """All hits, with what they are ordered by."""
    began = func.make_interval(0, 0, 0, 0, 0, 0, segments.c.start)
    said_at = (meetings.c.started_at + began).label("said_at")
    suspected = literal(SUSPECTED_HALLUCINATION) == any_(segments.c.flags)
    names = ("id", "meeting_id", "start", "end", "text", "language")
    return (
        select(
            *(segments.c[name] for name in names),
            shown_speaker().label("speaker"),
            meetings.c.title,
            meetings.c.status,
            said_at,
            case((suspected, 1), else_=0).label("suspected"),
            (-_rank(texts)).label("worse"),
            (-cast(func.extract("epoch", meetings.c.started_at), Double)).label("older"),
        )
        .join_from(segments, meetings, meetings.c.id == segments.c.meeting_id)
        .where(*map(_holds, asked), *_among(wanted, said_at))
    )


def _holds(term: Term) -> ColumnElement[bool]:
    occurs = or_(*(found_in(segments, text) for text in term.texts))
    return not_(occurs) if term.excluded else occurs


def _among(wanted: Wanted, said_at: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    equal = {
        meetings.c.workspace_id: wanted.workspace,
        segments.c.meeting_id: wanted.meeting,
        segments.c.language: wanted.language,
        meetings.c.status: wanted.status,
    }
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in equal.items() if value is not None
    ]
    if wanted.speaker is not None:
        conditions.append(shown_speaker() == wanted.speaker)
    if wanted.since is not None:
        conditions.append(said_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(said_at < wanted.until)
    return conditions


def _rank(texts: Sequence[str]) -> ColumnElement[float]:
    ranks = (
        func.ts_rank(segments.c[f"search_{language}"], _any_of(language, texts), BY_LENGTH)
        for language in LANGUAGES
    )
    return cast(func.greatest(*ranks), Double)


def _any_of(language: str, texts: Sequence[str]) -> ColumnElement[Any]:
    joined = query(language, texts[0])
    for text in texts[1:]:
        joined = joined.op("||")(query(language, text))
    return joined


def _with_headlines(page: Subquery, texts: Sequence[str]) -> Select[Any]:
    """The page with its words marked, in each language: only what is shown is parsed again."""
    plain = func.translate(func.left(page.c.text, SEARCHED_CHARACTERS), _SPACED, " " * len(_SPACED))
    headlines = (
        func.ts_headline(config(language), plain, _any_of(language, texts), _HEADLINE).label(language)
        for language in LANGUAGES
    )
    return select(page, *headlines).order_by(*(page.c[name] for name in _PLACE))


def _hit(row: RowMapping) -> Hit:
    text = row["text"]
    searched = text[:SEARCHED_CHARACTERS]
    found = marks(searched, (row[language] for language in LANGUAGES))
    return Hit(
        meeting_id=row["meeting_id"],
        title=row["title"],
        status=row["status"],
        segment_id=row["id"],
        start=row["start"],
        end=row["end"],
        said_at=row["said_at"],
        speaker=row["speaker"],
        language=row["language"],
        flagged=bool(row["suspected"]),
        snippet=snippet(text, found),
    )
