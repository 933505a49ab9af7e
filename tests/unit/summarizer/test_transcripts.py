"""Transcripts are read in Steno's own form and in plainer ones; what is none is refused with its place."""

import json

import pytest

from streaming.captions.document import Heading, document
from streaming.segments import SUSPECTED_HALLUCINATION, Segment
from summarizer.schema import Line
from summarizer.transcripts import InvalidTranscript, read_transcript


def test_an_exported_transcript_is_read_without_what_is_doubted() -> None:
    segments = [
        Segment("a", 0, 1.5, "Добрый день", "ru", speaker="Анна"),
        Segment("b", 2, 3, "Субтитры", "ru", flags=(SUSPECTED_HALLUCINATION,)),
        Segment("c", 4, 5, "Начнём", "ru"),
    ]
    exported = json.dumps(document(Heading("m1", "Планёрка", ("ru", "en"), 5.0), segments, words=True))
    read = read_transcript(exported)
    assert (read.meeting_id, read.title, read.language) == ("m1", "Планёрка", "ru")
    assert read.lines == (Line("a", "Анна", 0, 1.5, "Добрый день"), Line("c", "", 4, 5, "Начнём"))


def test_plain_forms_are_read() -> None:
    plain = read_transcript('{"segments": [{"id": 7, "text": "Hello there"}, {"id": 7, "text": "again"}]}')
    assert [(line.id, line.start, line.end) for line in plain.lines] == [("7", 0, 1), ("7'", 1, 2)]
    assert plain.language == "en"
    turns = read_transcript('{"meeting_transcripts": [{"speaker": "A", "content": "Hm {vocalsound} yes"}]}')
    assert turns.lines == (Line("0", "A", 0, 1, "Hm  yes"),)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "the document"),
        ("{}", "segments"),
        ('{"segments": [{"text": 1}]}', "segments.0.text"),
        ('{"segments": [{"text": "x", "start": -1}]}', "segments.0.start"),
        ('{"segments": [{"text": "x", "start": NaN}]}', "segments.0.start"),
    ],
)
def test_what_is_no_transcript_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(InvalidTranscript, match=place):
        read_transcript(text)
