"""Transcripts to read, and as a document."""

from markdown_it import MarkdownIt

from streaming.captions.document import Heading, document
from streaming.captions.plain import escaped, markdown, paragraphs, text
from streaming.segments import Segment, TimedWord


def segment(start: float, said: str, speaker: str | None = None, language: str = "en") -> Segment:
    return Segment(
        f"s{start}", start, start + 2.0, said, language, (TimedWord(said, start, start + 1, 0.5),), speaker
    )


def test_paragraphs_end_with_the_speaker_and_with_a_pause() -> None:
    found = paragraphs(
        [
            segment(20, "Later.", "A"),
            segment(0, "One.", "A"),
            segment(2, "Two.", "A"),
            segment(4, "Three.", "B"),
        ]
    )
    assert [(part.start, part.speaker, part.text) for part in found] == [
        (0, "A", "One. Two."),
        (4, "B", "Three."),
        (20, "A", "Later."),
    ]


def test_a_long_paragraph_ends_with_its_sentence() -> None:
    found = paragraphs([segment(at * 2.0, "x" * 300 + ("." if at % 2 else ","), "A") for at in range(6)])
    assert len(found) == 3


def test_text_shows_time_and_name() -> None:
    assert text([segment(3725, "Да.\nНет.", "Анна"), segment(3740, "Hm")], "Итоги") == (
        "Итоги\n\n[1:02:05] Анна\nДа. Нет.\n\n[1:02:20]\nHm\n"
    )
    assert text([]) == ""


def test_nothing_that_was_said_is_markup() -> None:
    hostile = [
        "# a",
        "1. b",
        "- c",
        "+ d",
        "* e",
        "<b>f</b>",
        "[g](h)",
        "`i`",
        "---",
        "> j",
        "![k](l)",
        "&lt;",
        "~~m~~",
    ]
    for said in hostile:
        tokens = MarkdownIt().parse(escaped(said))
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        children = tokens[1].children or []
        assert "".join(child.content for child in children) == said
        assert {child.type for child in children} <= {"text", "text_special"}


def test_markdown_has_title_times_and_bold_names() -> None:
    assert markdown([segment(5, "Yes.", "Anna_B")], "Q*1") == "# Q\\*1\n\n`0:00:05` **Anna\\_B**\n\nYes.\n"


def test_the_document_names_what_was_heard() -> None:
    heading = Heading("m1", None, ("de",), 12.34567)
    found = document(
        heading, [segment(4, "b", None, "ru"), segment(0, "a", "A"), segment(8, "c", None, "ru")]
    )
    assert (found["languages"], found["duration"], found["title"]) == (["ru", "en"], 12.346, None)
    assert found["segments"][0] == {
        "id": "s0",
        "start": 0,
        "end": 2.0,
        "text": "a",
        "language": "en",
        "speaker": "A",
    }
    assert document(heading, [])["languages"] == ["de"]
    full = document(heading, [segment(0, "a")], words=True)
    assert full["segments"][0]["words"] == [{"word": "a", "start": 0, "end": 1, "confidence": 0.5}]
