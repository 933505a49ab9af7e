"""Transcript text made safe for files: words without control characters, the width they take, clock times.

In: the text of a segment or the name of a speaker, which anyone may have written. Out: plain words that hold
no line break, no control character and nothing that UTF-8 cannot carry. Knows no file format.
"""

import unicodedata

MAX_NAME = 24
"""Characters of a speaker's name before a subtitle; a longer one is cut and ends in an ellipsis."""

_SENTENCE_ENDS = ".!?…。！？؟।"
_CLAUSE_ENDS = ",;:—–，、；：،"
_CLOSERS = "\"'”’»)]}›」』）】"
_UNPRINTABLE = {"Cc", "Cs"}


def words_of(text: str) -> list[str]:
    """The words of a text: split at white space, without control characters and lone surrogates."""
    if not text.isprintable():
        text = "".join(
            char for char in text if char.isspace() or unicodedata.category(char) not in _UNPRINTABLE
        )
    return text.split()


def one_line(text: str | None) -> str:
    """A text on one line with single spaces; empty for None."""
    return " ".join(words_of(text or ""))


def label(speaker: str | None) -> str:
    """What stands before a subtitle: `Name: `, or nothing when nobody is named."""
    name = one_line(speaker)
    if not name:
        return ""
    return f"{name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + '…'}: "


def width(text: str) -> int:
    """Columns that a text takes: two for an East Asian wide character (UAX #11), one for any other."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def ends_sentence(word: str) -> bool:
    """Whether a sentence may end with this word, closing quotes and brackets aside."""
    return word.rstrip(_CLOSERS).endswith(tuple(_SENTENCE_ENDS))


def ends_clause(word: str) -> bool:
    """Whether a comma, colon, semicolon or dash follows this word."""
    return word.rstrip(_CLOSERS).endswith(tuple(_CLAUSE_ENDS))


def clock(milliseconds: int, separator: str = ".") -> str:
    """`HH:MM:SS.mmm`; hours have two digits or more."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{separator}{rest:03d}"


def short_clock(seconds: float) -> str:
    """`H:MM:SS`, for people."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
