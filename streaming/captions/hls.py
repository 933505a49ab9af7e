"""Subtitles for players of HLS (RFC 8216): a playlist of a meeting's captions, and its WebVTT segments.

In: final segments on the meeting's clock, and the moment up to which nothing more can be said. Out: texts. A
player fetches a segment once, so a segment is listed only when all of its words are settled; what it holds
depends on nothing that comes later, and is the same live and afterwards. A cue that reaches over the end of a
segment goes on in the next one. `query` is added to the addresses of segments as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from streaming.captions.breaking import LONGEST, SHORTEST
from streaming.captions.cues import Cue, cues
from streaming.captions.webvtt import webvtt
from streaming.segments import Segment

SECONDS = 6
"""Length of a segment."""
WINDOW = 10
"""Segments in the playlist of a live meeting: a minute."""
REACH = LONGEST / 1000
"""Seconds for which a cue may stay after the words it shows."""


def playlist(settled: float, *, ended: bool, began: datetime | None = None, query: str = "") -> str:
    """The media playlist of a meeting whose words are settled up to `settled` seconds; `began`: its zero."""
    whole, rest = divmod(settled, SECONDS)
    lengths = [float(SECONDS)] * int(whole)
    if ended and rest >= 0.001:
        lengths.append(rest)
    first = 0 if ended else max(0, len(lengths) - WINDOW)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{SECONDS}"]
    lines.append(f"#EXT-X-MEDIA-SEQUENCE:{first}")
    if ended:
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    if began is not None and first < len(lengths):
        at = began + timedelta(seconds=first * SECONDS)
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{at.isoformat(timespec='milliseconds')}")
    for number, length in enumerate(lengths[first:], first):
        lines += [f"#EXTINF:{length:.3f},", f"captions/{number}.vtt{query}"]
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def segment(number: int, said: Iterable[Segment], mpegts: int = 0) -> str:
    """The WebVTT of one segment, from all that was said in it and in the `REACH` seconds before.

    `mpegts`: the time of the meeting's zero in the player's stream, in units of 90 kHz.
    """
    start, end = number * SECONDS * 1000, (number + 1) * SECONDS * 1000
    shown = [
        replace(cue, start=max(cue.start, start), end=min(cue.end, end))
        for cue in _one_after_another([cue for one in said for cue in cues([one])])
        if cue.start < end and cue.end > start
    ]
    return webvtt(shown, header=f"X-TIMESTAMP-MAP=MPEGTS:{mpegts},LOCAL:00:00:00.000")


def _one_after_another(found: Sequence[Cue]) -> list[Cue]:
    """A cue gives way to the next one, once it has been seen."""
    ordered = sorted(found, key=lambda cue: (cue.start, cue.end))
    placed = [
        replace(cue, end=min(cue.end, max(after.start, cue.start + SHORTEST)))
        for cue, after in pairwise(ordered)
    ]
    return [*placed, *ordered[-1:]]
