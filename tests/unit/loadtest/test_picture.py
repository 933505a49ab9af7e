"""A chart's PNG shows what its SVG says, its words included, whatever fonts the machine has."""

import io
import xml.etree.ElementTree as ET

import av
import numpy as np
import numpy.typing as npt

from loadtest.picture import SCALE, png
from loadtest.plot import HEIGHT, LEFT, TOP, WIDTH, Chart, Line, draw, sheet

CHART = Chart("Delay", "seconds", (Line("p50", ((1, 0.5), (16, 1.0))),))


def pixels(picture: bytes) -> npt.NDArray[np.uint8]:
    with av.open(io.BytesIO(picture), "r") as container:
        frame = next(container.decode(video=0))
        return np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def test_it_is_as_large_as_drawn_and_on_white() -> None:
    shown = pixels(png(draw(CHART)))
    assert shown.shape == (round(HEIGHT * SCALE), round(WIDTH * SCALE))
    assert shown[0, 0] == 255


def test_the_words_are_there() -> None:
    """Above the plot there is nothing but the title."""
    title = pixels(png(draw(CHART)))[: round((TOP - 4) * SCALE), round(LEFT * SCALE) :]
    assert (title < 128).sum() > 100


def test_letters_of_both_scripts_are_in_the_font() -> None:
    def ink(title: str) -> int:
        return int((pixels(png(draw(Chart(title, "", ()))))[: round((TOP - 4) * SCALE)] < 128).sum())

    assert ink("Задержка – é × ≥") > ink("") + 100


def test_a_sheet_holds_every_chart_beside_the_one_before() -> None:
    root = ET.fromstring(sheet([CHART] * 3))  # noqa: S314 - our own text
    places = [(child.attrib["x"], child.attrib["y"]) for child in root]
    assert places == [("0", "0"), (str(WIDTH), "0"), ("0", str(HEIGHT))]
    assert pixels(png(sheet([CHART] * 3))).shape == (round(2 * HEIGHT * SCALE), round(2 * WIDTH * SCALE))
