"""A meeting's title as a file name in `Content-Disposition` (RFC 6266, RFC 8187).

In: a title that anyone may have typed. Out: a header value in ASCII. No character of the title can end the
header, name a folder or hide an extension.
"""

import re
import unicodedata
from typing import Literal
from urllib.parse import quote

LONGEST = 80
"""Characters of the name before the extension."""

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


def content_disposition(
    title: str | None, extension: str, kind: Literal["inline", "attachment"], *, or_else: str = "transcript"
) -> str:
    """`inline; filename="…"`, and `filename*=` beside it when the title is not ASCII. `or_else` is the name
    of what has no title that could be one."""
    name = _safe(title, or_else)
    plain = _safe(unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode(), or_else)
    value = f'{kind}; filename="{plain}.{extension}"'
    if plain != name:
        value += f"; filename*=UTF-8''{quote(f'{name}.{extension}', safe='')}"
    return value


def _safe(title: str | None, or_else: str) -> str:
    kept = "".join(
        char for char in title or "" if char.isspace() or not unicodedata.category(char).startswith("C")
    )
    return " ".join(_FORBIDDEN.sub(" ", kept).split())[:LONGEST].strip(" .") or or_else
