"""A chart as a picture: SVG text goes in, the bytes of a PNG come out. Pure.

The font travels along, so that the picture is the same on every machine, one without any fonts included.
"""

from pathlib import Path

import resvg_py

FONT = Path(__file__).resolve().parent / "fonts" / "DejaVuSans.ttf"
"""A part of DejaVu Sans: Latin and Cyrillic letters, digits and the signs that charts use."""
FAMILY = "DejaVu Sans"
SCALE = 2.0
"""Pixels for each unit of the drawing: sharp on a screen of high resolution."""


def png(drawing: str) -> bytes:
    """The drawing on white."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawing,
            background="#ffffff",
            zoom=SCALE,
            skip_system_fonts=True,
            font_files=[str(FONT)],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    )
