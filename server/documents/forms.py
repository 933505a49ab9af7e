"""The forms in which transcripts and reports are given: what each is as a file, and who makes those to print.

In: the name of a form. Out: its media type, and for a sheet that is to be printed its bytes. What makes these
is large and imported when the first one is made. Making them blocks; whoever is on the event loop calls from
a thread.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args

from summarizer.sheet import Sheet

TranscriptForm = Literal["json", "txt", "md", "vtt", "srt", "docx", "pdf"]
ReportForm = Literal["json", "md", "html", "docx", "pdf"]

MEDIA_TYPES: Final = {
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def beside_json(forms: Any) -> tuple[str, ...]:
    """The media types of `TranscriptForm` or `ReportForm` but JSON, without parameters."""
    return tuple(MEDIA_TYPES[form].partition(";")[0] for form in get_args(forms) if form != "json")


def _docx(sheet: Sheet) -> bytes:
    from server.documents.docx import docx  # noqa: PLC0415 - slow to import

    return docx(sheet)


def _pdf(sheet: Sheet) -> bytes:
    from server.documents.pdf import pdf  # noqa: PLC0415 - slow to import

    return pdf(sheet)


PRINTED: Final[Mapping[str, Callable[[Sheet], bytes]]] = {"docx": _docx, "pdf": _pdf}
