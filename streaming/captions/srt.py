"""Cues as SubRip, for players and editors.

In: cues made with `labels=True`. Out: the whole file as text with `\\n` line ends; the speaker stands as
`Name: ` before the first line. SubRip has no escapes: what a player would take for an arrow, a tag or a
style is written with look-alike characters.
"""

import re
from collections.abc import Iterable

from streaming.captions.cues import Cue
from streaming.captions.text import clock, label

_TAG = re.compile(r"<(?=[/a-zA-Z])")
_STYLE = re.compile(r"\{(?=\\)")


def srt(cues: Iterable[Cue]) -> str:
    """The file; empty without cues."""
    return "\n".join(_block(number, cue) for number, cue in enumerate(cues, 1))


def _block(number: int, cue: Cue) -> str:
    payload = safe(label(cue.speaker) + "\n".join(cue.lines))
    return f"{number}\n{clock(cue.start, ',')} --> {clock(cue.end, ',')}\n{payload}\n"


def safe(text: str) -> str:
    """Text that no player takes for markup."""
    return _STYLE.sub("(", _TAG.sub("‹", text.replace("-->", "→")))
