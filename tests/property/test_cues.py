"""Whatever was said, by whomever and whenever: the subtitles hold every word once and are valid files."""

import html
import io
from collections import defaultdict

import webvtt as reader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streaming.captions.cues import Cue, cues
from streaming.captions.srt import srt
from streaming.captions.text import label, one_line, width, words_of
from streaming.captions.webvtt import webvtt
from streaming.segments import Segment, TimedWord

PHRASES = "Да, и нет. Well then; what? naïve 日本語です。終わり --> <i>x</i> & 42"
HOSTILE = ["Анна", "Anna--", "Bob & <i>Co</i>", "a-->b", "x\n\ny", "&gt;"]
unhurried = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
times = st.floats(0, 20_000, allow_nan=False)
speakers = st.one_of(st.none(), st.sampled_from(HOSTILE), st.text(max_size=40))
spoken = st.one_of(
    st.lists(st.sampled_from(PHRASES.split()), max_size=60).map(" ".join),
    st.text(max_size=120),
    st.text(alphabet="字。a-,", max_size=300),
)


@st.composite
def segments(draw: st.DrawFn) -> list[Segment]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        start, text = draw(times), draw(spoken)
        end = start + draw(st.floats(0, 40))
        words: tuple[TimedWord, ...] = ()
        if draw(st.booleans()) and text.split():
            step = (end - start) / len(text.split())
            words = tuple(
                TimedWord(word, start + step * at, start + step * (at + 1), 0.9)
                for at, word in enumerate(text.split())
            )
        found.append(
            Segment(
                str(number), start, end, text, "ru", words, draw(speakers), draw(st.sampled_from(["a", "b"]))
            )
        )
    return found


def said(meeting: list[Segment]) -> dict[str, str]:
    """The letters of each speaker in order of time, white space left out."""
    letters: dict[str, str] = defaultdict(str)
    for segment in sorted(meeting, key=lambda segment: (segment.start, segment.end)):
        letters[one_line(segment.speaker)] += "".join(words_of(segment.text))
    return {name: text for name, text in letters.items() if text}


def shown(found: tuple[Cue, ...]) -> dict[str, str]:
    letters: dict[str, str] = defaultdict(str)
    for cue in found:
        letters[cue.speaker or ""] += "".join("".join(line.split()) for line in cue.lines)
    return letters


def lane(meeting: list[Segment]) -> list[Segment]:
    """The same without crosstalk: segments one after another, so that a single order exists."""
    clock, ordered = 0.0, []
    for segment in meeting:
        ordered.append(segment.shifted(clock - segment.start))
        clock = ordered[-1].end
    return ordered


@unhurried
@given(segments(), st.booleans())
def test_every_word_is_shown_once_and_in_order(meeting: list[Segment], labels: bool) -> None:
    meeting = lane(meeting)
    assert shown(cues(meeting, labels=labels)) == said(meeting)


@unhurried
@given(segments(), st.booleans())
def test_crosstalk_loses_no_word(meeting: list[Segment], labels: bool) -> None:
    found, expected = shown(cues(meeting, labels=labels)), said(meeting)
    assert {name: sorted(text) for name, text in found.items()} == {
        name: sorted(text) for name, text in expected.items()
    }


@unhurried
@given(segments(), st.booleans())
def test_cues_are_ordered_apart_and_fit_the_screen(meeting: list[Segment], labels: bool) -> None:
    found = cues(meeting, labels=labels)
    clock = 0
    for cue in found:
        assert clock <= cue.start < cue.end <= cue.start + 7_000
        assert 1 <= len(cue.lines) <= 2
        first = width(label(cue.speaker)) if labels else 0
        assert all(
            0 < width(line) <= 42 - indent for line, indent in zip(cue.lines, (first, 0), strict=False)
        )
        clock = cue.end


@unhurried
@given(segments())
def test_webvtt_is_read_back_as_it_was_meant(meeting: list[Segment]) -> None:
    found = cues(meeting)
    captions = reader.from_string(webvtt(found)).captions
    assert [html.unescape(caption.text) for caption in captions] == ["\n".join(cue.lines) for cue in found]
    assert [caption.start_in_seconds for caption in captions] == [cue.start // 1000 for cue in found]
    assert all("-->" not in line for line in webvtt(found).splitlines() if not line[:2].isdigit())


@unhurried
@given(segments())
def test_subrip_is_read_back_cue_by_cue(meeting: list[Segment]) -> None:
    found = cues(meeting, labels=True)
    captions = reader.from_buffer(io.StringIO(srt(found)), "srt").captions if found else []
    assert [len(caption.lines) for caption in captions] == [len(cue.lines) for cue in found]
    assert [caption.start for caption in captions] == sorted(caption.start for caption in captions)
