"""Line charts over the number of speakers, as SVG text. Pure.

Series of (speakers, value) go in; one chart comes out: a logarithmic axis of speakers, values from zero, a
label at each last point, and a dashed line where a limit is set. Colours follow the page that shows it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 440, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 64, 34, 40
COLOURS = ("#1f6feb", "#d1570a", "#2a7d46")
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Line:
    """One series; points without a value are left out."""

    name: str
    points: tuple[tuple[int, float | None], ...]

    @property
    def known(self) -> list[tuple[int, float]]:
        """The points that have a value."""
        return [(number, value) for number, value in self.points if value is not None]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart; `limit` is drawn across, `unit` stands behind the title."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    limit: float | None = None


def draw(chart: Chart) -> str:
    """The chart as one `<svg>` element."""
    numbers = sorted({number for line in chart.lines for number, _ in line.points})
    values = [value for line in chart.lines for _, value in line.known]
    top = ceiling(max([*values, (chart.limit or 0.0) * 1.1]))
    axes = _Axes(numbers[0] if numbers else 1, numbers[-1] if numbers else 1, top)
    body = [
        f"<title>{escape(chart.title)}, {escape(chart.unit)}</title>",
        f"<desc>{escape(describe(chart))}</desc>",
        f'<text x="{LEFT}" y="18" font-weight="600">{escape(chart.title)}'
        f' <tspan fill-opacity="0.6" font-weight="400">{escape(chart.unit)}</tspan></text>',
        *_grid(axes, numbers),
        *_limit(chart, axes),
        *(part for index, line in enumerate(chart.lines) for part in _line(line, axes, COLOURS[index % 3])),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12" '
        f'fill="currentColor">\n' + "\n".join(body) + "\n</svg>"
    )


def sheet(charts: Sequence[Chart]) -> str:
    """Several charts as one drawing, two beside each other."""
    rows = math.ceil(len(charts) / 2)
    size = f'width="{2 * WIDTH}" height="{rows * HEIGHT}"'
    placed = (
        draw(chart).replace("<svg ", f'<svg x="{index % 2 * WIDTH}" y="{index // 2 * HEIGHT}" ', 1)
        for index, chart in enumerate(charts)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n' + "\n".join(placed) + "\n</svg>"


def describe(chart: Chart) -> str:
    """The chart's points in words, for those who cannot see it."""
    lines = (
        f"{line.name}: " + ", ".join(f"{number} speakers {label(value)}" for number, value in line.known)
        for line in chart.lines
    )
    return "; ".join(lines)


def ceiling(value: float) -> float:
    """The next round number at or above a value."""
    if value <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in STEPS if step * power >= value * (1 - 1e-9))


def label(value: float) -> str:
    """A number in at most three figures."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class _Axes:
    """Speakers from `low` to `high`, values from 0 to `top`, to places in the picture."""

    low: int
    high: int
    top: float

    def x(self, number: int) -> float:
        room = WIDTH - LEFT - RIGHT
        if self.high == self.low:
            return LEFT + room / 2
        return round(LEFT + room * math.log(number / self.low) / math.log(self.high / self.low), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.top, 1)


def _grid(axes: _Axes, numbers: Sequence[int]) -> list[str]:
    parts = []
    for step in range(5):
        value = axes.top * step / 4
        y = axes.y(value)
        parts.append(
            f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity="0.15"/>'
            f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{label(value)}</text>'
        )
    last = -math.inf
    for number in numbers:
        if axes.x(number) - last >= 22:
            last = axes.x(number)
            parts.append(f'<text x="{last}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{number}</text>')
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle" fill-opacity="0.6">speakers at once</text>'
    )
    return parts


def _limit(chart: Chart, axes: _Axes) -> list[str]:
    if chart.limit is None:
        return []
    y = axes.y(chart.limit)
    return [f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#c4232d" stroke-dasharray="5 4"/>']


def _line(line: Line, axes: _Axes, colour: str) -> list[str]:
    places = [(axes.x(number), axes.y(value)) for number, value in sorted(line.known)]
    if not places:
        return []
    path = "M" + "L".join(f"{x} {y}" for x, y in places)
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in places)
    x, y = places[-1]
    name = f'<text x="{x + 8}" y="{y + 4}" fill="{colour}">{escape(line.name)}</text>'
    return [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}{name}']
