"""A sheet as PDF, set by Typst with the fonts that it brings along: Latin, Cyrillic and Greek.

The text goes in as data, beside the fixed layout in `sheet.typ`, so that nothing that was said can become
markup. Blocks, without the interpreter's lock; whoever is on the event loop calls from a thread.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Final

import typst

from summarizer.sheet import Sheet

LAYOUT: Final = Path(__file__).with_name("sheet.typ").read_bytes()
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


def pdf(sheet: Sheet) -> bytes:
    """A tagged PDF of A4 pages."""
    data = asdict(sheet)
    # Typst knows languages by two or three letters, and takes no other text for one.
    data["language"] = sheet.language if _LANGUAGE.fullmatch(sheet.language) else "en"
    made: bytes = typst.compile(LAYOUT, sys_inputs={"sheet": _readable(data)}, format="pdf")
    return made


def _readable(data: object) -> str:
    """JSON in Unicode; of a broken pair of surrogates a question mark is left."""
    return json.dumps(data, ensure_ascii=False).encode(errors="replace").decode()
