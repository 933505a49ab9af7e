"""Text that somebody said or typed, as one line that hides nothing. Pure function.

In: any text. Out: what may stand in a header, a list or a message without making a line of its own.
"""

import re
from typing import Final

LONGEST_TEXT: Final = 600
"""Characters, unless another bound is given."""
_SPACE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_HIDDEN = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def one_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text without line breaks, control characters and what turns the direction of writing."""
    line = _SPACE.sub(" ", _HIDDEN.sub("", text)).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
