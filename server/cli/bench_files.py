"""What a benchmark leaves in a folder: the figures, the page, and every chart as SVG and as PNG."""

import json
from pathlib import Path
from typing import Any

from loadtest.page import charts, page
from loadtest.picture import png
from loadtest.plot import draw, sheet
from server.cli import terminal

SHEET = "capacity"


def write(folder: Path, told: dict[str, Any]) -> None:
    """Write `bench.json`, `bench.html`, the charts, and all charts on one sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
    (folder / "bench.html").write_text(page(told), "utf-8")
    drawn = charts(told)
    drawings = {chart.title.lower().replace(" ", "-"): draw(chart) for chart in drawn}
    for name, drawing in {**drawings, SHEET: sheet(drawn)}.items():
        (folder / f"{name}.svg").write_text(drawing + "\n", "utf-8")
        (folder / f"{name}.png").write_bytes(png(drawing))
    terminal.errors.print(
        f"Written to {folder}: bench.json, bench.html, charts as SVG and PNG ({SHEET}.png has all).",
        highlight=False,
    )
