"""Cues as WebVTT (W3C WebVTT 1, https://www.w3.org/TR/webvtt1/), for browsers.

In: cues. Out: the whole file as text with `\\n` line ends. The speaker is a voice span on every cue. Markup
characters are escaped in text and in names, so no payload can hold `-->`, a tag or an empty line.
"""

from collections.abc import Iterable

from streaming.captions.cues import Cue
from streaming.captions.text import clock

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def webvtt(cues: Iterable[Cue], header: str = "") -> str:
    """The file; `header` is a line of metadata. Without cues it is the header alone, which is valid."""
    head = f"WEBVTT\n{header}\n" if header else "WEBVTT\n"
    return "\n".join([head, *(_block(number, cue) for number, cue in enumerate(cues, 1))])


def _block(number: int, cue: Cue) -> str:
    payload = "\n".join(cue.lines).translate(_ESCAPES)
    if cue.speaker:
        # A name may end in hyphens, which would make an arrow with the bracket; a space before the bracket
        # is no part of the name (W3C WebVTT 1, section 6.4).
        bracket = " >" if cue.speaker.endswith("-") else ">"
        payload = f"<v {cue.speaker.translate(_ESCAPES)}{bracket}{payload}</v>"
    return f"{number}\n{clock(cue.start)} --> {clock(cue.end)}\n{payload}\n"
