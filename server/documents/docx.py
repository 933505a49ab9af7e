"""A sheet as DOCX, for word processors. Blocks; whoever is on the event loop calls from a thread."""

import io
import re
from typing import Any, Final

from docx import Document
from docx.shared import Pt, RGBColor

from summarizer.sheet import Sheet, SheetLine

QUIET: Final = RGBColor(0x5B, 0x66, 0x64)
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def docx(sheet: Sheet) -> bytes:
    """The document's bytes."""
    document: Any = Document()
    document.core_properties.title = _plain(sheet.title)[:255]
    document.core_properties.author = ""
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(_plain(sheet.title), level=0)
    for note in sheet.notes:
        _quiet(document.add_paragraph(), note)
    if sheet.lead:
        document.add_paragraph(_plain(sheet.lead))
    for part in sheet.parts:
        if part.heading:
            document.add_heading(_plain(part.heading), level=1)
        for line in part.lines:
            _add(document, line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add(document: Any, line: SheetLine) -> None:
    paragraph = document.add_paragraph()
    if line.at:
        _quiet(paragraph, f"{line.at}  ")
    if line.who:
        paragraph.add_run(_plain(f"{line.who}  ")).bold = True
    paragraph.add_run(_plain(line.text))
    if line.detail:
        _quiet(paragraph, f"  {line.detail}")
    for at, words in line.quotes:
        quote = document.add_paragraph(style="Quote")
        _quiet(quote, f"{at}  ")
        quote.add_run(_plain(words))


def _quiet(paragraph: Any, text: str) -> None:
    run = paragraph.add_run(_plain(text))
    run.font.size = Pt(9.5)
    run.font.color.rgb = QUIET


def _plain(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
