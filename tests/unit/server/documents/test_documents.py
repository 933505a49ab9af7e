"""Transcripts and reports as documents: all of it can be read, and nothing that was said is markup."""

import io
from collections.abc import Callable

import pytest
from docx import Document
from pypdf import PdfReader

from server.documents.docx import docx
from server.documents.pdf import pdf
from server.documents.transcript import of_transcript
from streaming.segments import Segment
from summarizer.sheet import Part, Sheet, SheetLine, of_report
from tests.support.reports import report

HOSTILE = 'Итого #evil() *не* $x$ @y <b> \\ "] ) } = - // \x00\x07 \ud800 конец'


def read_pdf(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def read_docx(data: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs)


Make = Callable[[Sheet], bytes]
Read = Callable[[bytes], str]
FORMS = pytest.mark.parametrize(("make", "read"), [(pdf, read_pdf), (docx, read_docx)], ids=["pdf", "docx"])


@FORMS
def test_a_transcript_has_its_title_times_names_and_words(make: Make, read: Read) -> None:
    segments = [
        Segment("a", 1.0, 2.0, "Доброе утро.", "ru", speaker="Анна"),
        Segment("b", 3661.0, 3663.0, "Good morning.", "en", speaker="Boris"),
    ]
    text = read(make(of_transcript("Планирование", "ru", segments)))
    for part in ("Планирование", "0:00:01", "Анна", "Доброе утро.", "1:01:01", "Boris", "Good morning."):
        assert part in text


@FORMS
def test_a_report_has_the_quote_beside_each_statement(make: Make, read: Read) -> None:
    text = " ".join(read(make(of_report(report()))).split())
    for part in (
        "Decisions",
        "The app launches with Stripe on 4 November",
        "3:05 Ann: Okay, so we launch with Stripe on November fourth",
        "Owner: Priya; Due: by Thursday · 2026-11-05",
        "1:02:05 Ben Who pays for it?",
    ):
        assert part in text


@FORMS
def test_what_was_said_is_text_and_no_markup(make: Make, read: Read) -> None:
    line = SheetLine(HOSTILE, HOSTILE, HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),))
    text = read(make(Sheet(HOSTILE, 'en"', (HOSTILE,), HOSTILE, (Part(HOSTILE, (line,)),))))
    assert text.count("#evil()") == 10
    assert text.count("*не*") == 10
    assert text.count("конец") == 10
