"""Where subtitles begin, break and end."""

from streaming.captions.cues import cues
from streaming.captions.srt import safe, srt
from streaming.captions.webvtt import webvtt
from streaming.segments import Segment, TimedWord


def spoken(text: str, start: float = 0.0, speaker: str | None = None, pace: float = 0.3) -> Segment:
    """Words at a steady pace."""
    words = tuple(
        TimedWord(word, start + at * pace, start + at * pace + pace * 0.9, 0.9)
        for at, word in enumerate(text.split())
    )
    return Segment(f"{speaker}{start}", start, words[-1].end, text, "en", words, speaker)


LONG = (
    "We looked at the budget for the next quarter, which is smaller than before. "
    "Nobody had expected that, so we will talk about it again on Thursday."
)


def test_cues_end_where_sentences_and_clauses_end() -> None:
    texts = [" ".join(cue.lines) for cue in cues([spoken(LONG)])]
    assert texts == [
        "We looked at the budget for the next quarter, which is smaller than before.",
        "Nobody had expected that, so we will talk about it again on Thursday.",
    ]


def test_lines_break_after_a_comma_when_there_is_one() -> None:
    (cue,) = cues([spoken("Nobody expected that, so we talk about it again on Thursday.")])
    assert cue.lines == ("Nobody expected that,", "so we talk about it again on Thursday.")


def test_a_word_of_its_own_stays_long_enough_to_see() -> None:
    (cue,) = cues([spoken("Yes.")])
    assert (cue.start, cue.end) == (0, 1000)


def test_slow_speech_is_cut_before_seven_seconds() -> None:
    found = cues([spoken("one two three four five six", pace=3.0)])
    assert len(found) > 1
    assert all(cue.end - cue.start <= 7000 for cue in found)


def test_a_cue_appears_with_its_first_word() -> None:
    found = cues([spoken("Good morning.", 1.0), spoken("Good night.", 60.0)])
    assert [cue.start for cue in found] == [1000, 60_000]


def test_without_words_time_is_spread_by_length() -> None:
    text = "A sentence of some length that fills more than one. " * 2
    found = cues([Segment("a", 10.0, 20.0, text, "en")])
    assert [cue.start for cue in found] == [10_000, 15_000]


def test_a_new_speaker_begins_a_new_cue() -> None:
    found = cues([spoken("Shall we?", 0.0, "Anna"), spoken("We shall.", 0.7, "Bob")])
    assert [(cue.speaker, cue.lines) for cue in found] == [("Anna", ("Shall we?",)), ("Bob", ("We shall.",))]


def test_one_speaker_goes_on_in_one_cue_when_the_pause_is_short() -> None:
    (cue,) = cues([spoken("Well,", 0.0, "Anna"), spoken("yes.", 0.5, "Anna")])
    assert cue.lines == ("Well, yes.",)


def test_people_who_talk_over_each_other_take_turns() -> None:
    found = cues([spoken(LONG, 0.0, "Anna"), spoken("No way.", 2.0, "Bob")])
    assert [cue.speaker for cue in found] == ["Anna", "Bob", "Anna"]
    assert found[1].start == 2000


def test_a_script_without_spaces_is_cut_after_its_sentences() -> None:
    found = cues(
        [Segment("a", 0.0, 30.0, "今日は予算について話します。その後で採用の話もします。" * 3, "ja")]
    )
    assert all(cue.lines[-1].endswith("。") for cue in found)
    assert all(len(line) <= 21 for cue in found for line in cue.lines)


def test_names_and_text_cannot_be_markup_in_webvtt() -> None:
    text = webvtt(cues([Segment("a", 0.0, 2.0, "a --> b & <c>", "en", (), "X>\n\nNOTE <v Y>&amp;")]))
    assert text == (
        "WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\n"
        "<v X&gt; NOTE &lt;v Y&gt;&amp;amp;>a --&gt; b &amp; &lt;c&gt;</v>\n"
    )


def test_a_name_that_ends_in_hyphens_makes_no_arrow() -> None:
    text = webvtt(cues([Segment("a", 0.0, 2.0, "Hello.", "en", (), "Anna--")]))
    assert text.count("-->") == 1
    assert "<v Anna-- >Hello.</v>" in text


def test_subrip_names_the_speaker_and_counts_the_name_as_width() -> None:
    text = srt(cues([spoken(LONG, 3600.0, "Anna")], labels=True))
    lines = [line for line in text.splitlines() if line.startswith("Anna: ")]
    assert lines
    assert all(len(line) <= 42 for line in lines)
    assert text.startswith("1\n01:00:00,000 --> 01:00:")


def test_subrip_has_nothing_that_a_player_takes_for_markup() -> None:
    assert safe(r"<b>x</b> {\an8} a --> b, 1 < 2") == r"‹b>x‹/b> (\an8} a → b, 1 < 2"


def test_a_meeting_without_words_is_an_empty_file() -> None:
    assert webvtt(cues([Segment("a", 0.0, 1.0, " \n ", "en")])) == "WEBVTT\n"
    assert srt(cues([])) == ""
