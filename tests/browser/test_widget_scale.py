"""Ten thousand lines: how long until they are read, how smoothly they scroll, and what they weigh."""

import json
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.caption_site import caption_site
from tests.support.busy import times_slower

pytestmark = pytest.mark.browser

LINES = 10_000
READY_MS = 15_000
"""The most until all lines are written, on a machine that does much else."""
MOST_FRAME_MS = 250
MOST_HEAP_MB = 60
ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "widget"
SENTENCE = "So in the third quarter we spent forty two thousand dollars, line {}."
SCROLL = """async (place) => {
    const times = [];
    let last = await new Promise(requestAnimationFrame);
    for (let at = 0; at < 90; at += 1) {
        place.scrollTop = place.scrollHeight * (1 - at / 90);
        const now = await new Promise(requestAnimationFrame);
        times.push(now - last);
        last = now;
    }
    times.sort((a, b) => a - b);
    return {median: times[45], p95: times[85], worst: times.at(-1)};
}"""
WRITTEN = f"""async () => {{
    const {{settled}} = document.querySelector("steno-captions").view.parts;
    let first = null;
    for (;;) {{
        const count = settled.querySelectorAll(".line").length;
        if (count) first ??= performance.now();
        if (count === {LINES}) return [first, performance.now()];
        if (performance.now() > {READY_MS}) throw new Error(`${{count}} lines`);
        await new Promise(requestAnimationFrame);
    }}
}}"""


def largest_renderer() -> int:
    """Bytes in memory of the largest process that shows pages: in a run of this test alone, the widget's."""
    sizes = [0]
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "--type=renderer" in process.cmdline():
                sizes.append(process.memory_info().rss)
    return max(sizes)


def test_ten_thousand_lines_are_soon_there_and_scroll_smoothly(page: Page) -> None:
    with caption_site() as site:
        meeting = site.meeting()
        site.history(meeting, [SENTENCE.format(number) for number in range(LINES)])
        session = page.context.new_cdp_session(page)
        page.goto(site.widget(meeting))
        first, done = page.evaluate(WRITTEN)
        place = page.get_by_role("group", name="Live captions")
        expect(page.get_by_text(f"line {LINES - 1}.")).to_be_in_viewport()
        frames = place.evaluate(SCROLL)
        session.send("HeapProfiler.collectGarbage")
        heap = session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
        nodes = session.send("Memory.getDOMCounters")["nodes"]
    measured = {
        "first_line_ms": round(first),
        "all_lines_ms": round(done),
        "frame_ms": {name: round(value, 1) for name, value in frames.items()},
        "heap_mb": round(heap, 1),
        "renderer_mb": round(largest_renderer() / 2**20),
        "nodes": nodes,
    }
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    (ARTIFACTS / "scale.json").write_text(json.dumps(measured, indent=2) + "\n")
    assert frames["p95"] <= MOST_FRAME_MS * times_slower(), measured
    assert heap <= MOST_HEAP_MB, measured
