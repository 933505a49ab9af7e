"""A whole transcript in Deepgram's shape: by channels, with sentences, paragraphs and utterances."""

from typing import Any

from streaming.protocols.deepgram_files import results
from streaming.protocols.deepgram_query import read_wishes
from streaming.segments import Segment, TimedWord


def segment(number: int, start: float, text: str, track: str | None = None) -> Segment:
    """A segment that speaks two words a second."""
    words = tuple(
        TimedWord(word, start + at / 2, start + at / 2 + 0.4, 0.8) for at, word in enumerate(text.split())
    )
    return Segment(f"s-{number}", start, start + len(words) / 2, text, "en", words, track=track)


def told(*segments: Segment, **query: str) -> dict[str, Any]:
    """The results of some finals."""
    return results(segments, read_wishes({name: [value] for name, value in query.items()}))


def test_nothing_said_is_an_empty_reading() -> None:
    (channel,) = told(smart_format="true")["channels"]
    (reading,) = channel["alternatives"]
    assert (reading["transcript"], reading["confidence"], reading["words"]) == ("", 0.0, [])
    assert reading["paragraphs"] == {"transcript": "", "paragraphs": []}


def test_text_is_bare_unless_marks_were_asked_for() -> None:
    said = segment(1, 0.0, "Hello, World!")
    (bare,) = told(said)["channels"][0]["alternatives"]
    (formatted,) = told(said, punctuate="true")["channels"][0]["alternatives"]
    assert (bare["transcript"], formatted["transcript"]) == ("hello world", "Hello, World!")
    assert "punctuated_word" not in bare["words"][0]
    assert formatted["words"][1]["punctuated_word"] == "World!"
    assert formatted["confidence"] == 0.8
    assert "paragraphs" not in formatted


def test_a_long_pause_after_a_sentence_begins_a_paragraph() -> None:
    found = told(
        segment(1, 0.0, "One two. Three."),
        segment(2, 2.0, "Four and"),
        segment(3, 9.0, "five. Six."),
        segment(4, 20.0, "Seven."),
        smart_format="true",
    )
    paragraphs = found["channels"][0]["alternatives"][0]["paragraphs"]
    assert paragraphs["transcript"] == "One two.\nThree.\nFour and five.\nSix.\n\nSeven."
    first, second = paragraphs["paragraphs"]
    assert (first["num_words"], first["start"], second["start"]) == (7, 0.0, 20.0)
    assert first["sentences"][2] == {"text": "Four and five.", "start": 2.0, "end": 9.4}


def test_channels_stand_apart_and_a_silent_one_is_there() -> None:
    found = told(segment(1, 0.0, "Left.", "0"), multichannel="true", channels="2", utterances="true")
    left, right = found["channels"]
    assert left["alternatives"][0]["transcript"] == "left"
    assert right["alternatives"][0]["transcript"] == ""
    (utterance,) = found["utterances"]
    assert (utterance["channel"], utterance["transcript"], utterance["end"]) == (0, "left", 0.5)


def test_the_language_is_named_where_it_was_to_be_found_out() -> None:
    (channel,) = told(segment(1, 0.0, "Hi."), detect_language="true")["channels"]
    assert channel["detected_language"] == "en"
    assert channel["alternatives"][0]["words"][0]["language"] == "en"
