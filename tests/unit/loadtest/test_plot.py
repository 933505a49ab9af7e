"""Charts are sound SVG, to scale, and readable without eyes."""

import re
import xml.etree.ElementTree as ET

import pytest

from loadtest.plot import BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH, Chart, Line, ceiling, draw, label

CHART = Chart(
    "Delay & more", "seconds", (Line("p50", ((1, 0.5), (2, 0.75), (4, None), (16, 1.0))),), limit=1.5
)
SVG = "{http://www.w3.org/2000/svg}"


def circles(chart: Chart) -> list[tuple[float, float]]:
    root = ET.fromstring(draw(chart))  # noqa: S314 - our own text
    return [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in root.iter(f"{SVG}circle")]


def test_the_first_and_the_last_point_stand_at_the_ends_of_the_axis() -> None:
    dots = circles(CHART)
    assert [x for x, _ in dots] == pytest.approx([LEFT, LEFT + (WIDTH - LEFT - RIGHT) / 4, WIDTH - RIGHT])
    heights = [HEIGHT - BOTTOM - y for _, y in dots]
    assert heights[1] / heights[0] == pytest.approx(1.5, abs=0.01)
    assert heights[2] / heights[0] == pytest.approx(2.0, abs=0.01)


def test_the_chart_has_a_title_and_its_points_in_words() -> None:
    root = ET.fromstring(draw(CHART))  # noqa: S314
    assert root.findtext(f"{SVG}title") == "Delay & more, seconds"
    assert root.findtext(f"{SVG}desc") == "p50: 1 speakers 0.5, 2 speakers 0.75, 16 speakers 1"
    assert root.attrib["role"] == "img"


def test_a_limit_is_drawn_and_fits_even_above_all_points() -> None:
    drawn = draw(CHART)
    dashed = re.search(r'd="M\d+ ([\d.]+)H\d+" stroke="#c4232d"', drawn)
    assert dashed
    assert float(dashed[1]) < min(y for _, y in circles(CHART))


@pytest.mark.parametrize("points", [(), ((3, 2.0),), ((1, None), (2, None)), ((1, 0.0), (2, 0.0))])
def test_little_or_no_data_still_gives_a_chart(points: tuple[tuple[int, float | None], ...]) -> None:
    assert len(circles(Chart("a", "b", (Line("c", points),)))) == sum(
        value is not None for _, value in points
    )


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.03, 0.05), (1.0, 1.0), (1.01, 2), (2.2, 2.5), (3, 5), (51, 100), (120, 200)]
)
def test_axes_end_at_round_numbers(value: float, top: float) -> None:
    assert ceiling(value) == pytest.approx(top)


def test_numbers_have_three_figures() -> None:
    assert [label(value) for value in (0.12345, 1.5, 12.34, 1234.5)] == ["0.123", "1.5", "12.3", "1234"]
