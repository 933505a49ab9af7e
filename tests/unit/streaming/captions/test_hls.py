"""Playlists and segments of subtitles: what is listed never changes, and no word is lost or shown twice."""

from datetime import UTC, datetime

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from streaming.captions.hls import SECONDS, WINDOW, playlist, segment
from streaming.segments import Segment

BEGAN = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


def said(start: float, end: float, text: str, speaker: str | None = None) -> Segment:
    return Segment(f"s{start}", start, end, text, "en", speaker=speaker)


def cues(text: str) -> list[tuple[str, str, str]]:
    """Start, end and text of each cue."""
    return [(cue.start, cue.end, cue.text.replace("\n", " ")) for cue in webvtt.from_string(text).captions]


def test_a_live_playlist_is_the_last_minute_of_whole_segments() -> None:
    assert playlist(95.9, ended=False, began=BEGAN).splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-TARGETDURATION:6",
        "#EXT-X-MEDIA-SEQUENCE:5",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T10:00:30.000+00:00",
        *[line for number in range(5, 15) for line in ("#EXTINF:6.000,", f"captions/{number}.vtt")],
    ]


def test_an_ended_meeting_is_whole_with_a_last_segment_of_its_own_length() -> None:
    text = playlist(13.5, ended=True, query="?mpegts=900000")
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in text
    assert text.endswith("#EXTINF:1.500,\ncaptions/2.vtt?mpegts=900000\n#EXT-X-ENDLIST\n")
    assert text.count("#EXTINF") == 3


@pytest.mark.parametrize("ended", [False, True])
def test_before_anything_is_settled_there_is_no_segment(ended: bool) -> None:
    text = playlist(0.0, ended=ended, began=BEGAN)
    assert "#EXTINF" not in text
    assert ("#EXT-X-ENDLIST" in text) is ended


@given(st.floats(0, 2_000), st.floats(0, 30))
def test_a_live_playlist_only_grows_at_its_end(before: float, more: float) -> None:
    def names(settled: float) -> list[str]:
        return [line for line in playlist(settled, ended=False).splitlines() if not line.startswith("#")]

    first, later = names(before), names(before + more)
    assert len(later) <= WINDOW
    kept = [name for name in first if name in later]
    assert later[: len(kept)] == kept


def test_a_segment_maps_its_clock_to_the_stream_and_names_the_speaker() -> None:
    text = segment(0, [said(1, 3, "Good morning.", "Anna")], 900_000)
    assert text.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n1\n")
    assert "<v Anna>Good morning.</v>" in text


def test_a_cue_that_reaches_over_the_end_goes_on_in_the_next_segment() -> None:
    across = [said(4, 8, "Across the border of two.")]
    assert cues(segment(0, across)) == [("00:00:04.000", "00:00:06.000", "Across the border of two.")]
    assert cues(segment(1, across)) == [("00:00:06.000", "00:00:08.000", "Across the border of two.")]


def test_a_cue_that_is_held_to_be_read_gives_way_to_the_next_one() -> None:
    quick = [said(0.0, 0.4, "So many words in so little time, dear friends."), said(1.5, 2.5, "Next.")]
    assert [cue[:2] for cue in cues(segment(0, quick))] == [
        ("00:00:00.000", "00:00:01.500"),
        ("00:00:01.500", "00:00:02.500"),
    ]


@given(
    st.lists(st.tuples(st.floats(0, 40), st.floats(0.2, 8), st.sampled_from(["Anna", "Boris"])), max_size=12)
)
def test_what_a_segment_holds_depends_on_nothing_that_comes_later(
    spoken: list[tuple[float, float, str]],
) -> None:
    whole = [
        said(start, start + length, f"Word number {at} is said.", who)
        for at, (start, length, who) in enumerate(spoken)
    ]
    for number in range(8):
        known = [one for one in whole if one.start < (number + 1) * SECONDS]
        assert segment(number, known) == segment(number, whole)
    shown = " ".join(text for number in range(9) for _, _, text in cues(segment(number, whole)))
    assert all(f"number {at} is" in shown for at in range(len(whole)))
