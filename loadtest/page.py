"""A campaign as one HTML page that needs nothing but itself. Pure.

The document of `loadtest.document` goes in, text comes out: the answer, charts, a table of the runs, and all
that the figures depend on. Nothing is loaded from anywhere, and no script runs.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from loadtest.plot import Chart, Line, draw
from loadtest.tables import engine_section, offline_section, overload_section

STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
.charts { display: flex; flex-wrap: wrap; gap: 1rem } svg { max-width: 100%; height: auto }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
th:first-child, td:first-child, td.text { text-align: left } td.text { min-width: 14rem }
dt { font-weight: 600 } dd { margin: 0 0 .4rem } pre { overflow-x: auto }
""".replace("\n\n", "\n")  # noqa: E501


def page(told: Mapping[str, Any]) -> str:
    """The whole page."""
    runs: Sequence[Mapping[str, Any]] = told["runs"]
    shown = "\n".join(draw(chart) for chart in charts(told))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>How many can speak at once</title>
<style>{STYLE}</style>
</head>
<body>
<h1>How many can speak at once</h1>
<p>{escape(told["statement"])}</p>
<div class="charts">
{shown}
</div>
<h2>Runs</h2>
<div class="wide">{_table(runs)}</div>
{engine_section(runs)}
{offline_section(told)}
{overload_section(told)}
<h2>Measured on</h2>
<pre>{escape(_facts(told))}</pre>
<h2>What is measured</h2>
<dl>
{_definitions(told["definitions"])}
</dl>
</body>
</html>
"""


def charts(told: Mapping[str, Any]) -> list[Chart]:
    """The curves over the number of speakers."""
    runs, objective = told["runs"], told["objective"]
    alone = next((run["words"]["rate"] for run in runs if run["speakers"] == 1), None)
    allowed = None if alone is None else 100 * alone + objective["wer_points"]

    def line(name: str, value: _Value) -> Line:
        return Line(name, tuple((run["speakers"], value(run)) for run in runs))

    def delays(kind: str) -> tuple[Line, Line]:
        return line("p50", lambda run: run[kind]["p50"]), line("p95", lambda run: run[kind]["p95"])

    return [
        Chart("Word spoken to word shown", "seconds", delays("word_delay"), objective["word_p95"]),
        Chart("End of speech to final text", "seconds", delays("final_delay"), objective["final_p95"]),
        Chart(
            "Word error rate",
            "%",
            (line("all", lambda run: 100 * run["words"]["rate"]),),
            allowed,
        ),
        Chart("Server CPU", "cores busy", (line("server", _cores),)),
        Chart(
            "Partials",
            "per second of speech",
            (line("partials", lambda run: run["partials_per_speech_second"]),),
        ),
        *_throughput(told, line),
    ]


_Value = Callable[[Mapping[str, Any]], float | None]


def _throughput(told: Mapping[str, Any], line: Callable[[str, _Value], Line]) -> list[Chart]:
    """Speech that came, with offline decoding's as the limit, and the share of time that it took."""
    offline = (told.get("offline") or {}).get("speech_per_second")
    speech = line("live", lambda run: run["speech_per_second"])
    found = [Chart("Throughput", "seconds of speech per second", (speech,), offline)]
    if any(run.get("engine") for run in told["runs"]):
        kinds = (line("partials", _busy("partial")), line("finals", _busy("final")), line("all", _busy()))
        found.append(Chart("Model busy", "% of the time", kinds))
    return found


def _busy(kind: str | None = None) -> _Value:
    def share(run: Mapping[str, Any]) -> float | None:
        engine = run.get("engine")
        if not engine:
            return None
        if kind is None:
            return 100 * float(engine["busy_share"])
        steps = engine["share"].get(kind)
        return 100 * float(sum(steps.values())) if steps else None

    return share


def _cores(run: Mapping[str, Any]) -> float | None:
    cpu = run["server_cpu_seconds"]
    return None if cpu is None else cpu / run["wall_seconds"]


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


_Column = tuple[str, Callable[[Mapping[str, Any]], str]]
COLUMNS: tuple[_Column, ...] = (
    ("speakers", lambda run: str(run["speakers"])),
    ("word p50, s", lambda run: _number(run["word_delay"]["p50"])),
    ("word p95, s", lambda run: _number(run["word_delay"]["p95"])),
    ("final p50, s", lambda run: _number(run["final_delay"]["p50"])),
    ("final p95, s", lambda run: _number(run["final_delay"]["p95"])),
    ("errors, %", lambda run: _number(100 * run["words"]["rate"], 1)),
    ("words", lambda run: str(run["words"]["reference"])),
    ("partials /s", lambda run: _number(run["partials_per_second"], 1)),
    ("flicker", lambda run: _number(run["flicker"])),
    ("degraded, s", lambda run: _number(run["degraded_seconds"], 0)),
    ("CPU s per audio s", lambda run: _number(run["server_cpu_per_audio_second"], 3)),
    ("model busy, %", lambda run: _number(100 * run["engine"]["busy_share"] if run["engine"] else None, 0)),
    ("memory, MB", lambda run: _number((run["server_peak_bytes"] or 0) / 1e6 or None, 0)),
)


def _table(runs: Sequence[Mapping[str, Any]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name, _ in COLUMNS) + "<th>missed</th>"
    rows = []
    for run in runs:
        cells = "".join(f"<td>{escape(value(run))}</td>" for _, value in COLUMNS)
        missed = " ".join([("; ".join(run["missed"]) or "nothing") + ".", *run["notes"]])
        rows.append(f'<tr>{cells}<td class="text">{escape(missed)}</td></tr>')
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _facts(told: Mapping[str, Any]) -> str:
    names = ("date", "command", "machine", "versions", "server", "corpus", "objective", "offline")
    facts = {name: told[name] for name in names if name in told}
    plan = dict(told["runs"][-1]["plan"]) if told["runs"] else {}
    return json.dumps(facts | {"plan": plan}, indent=2, ensure_ascii=False)


def _definitions(definitions: Mapping[str, str]) -> str:
    return "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in definitions.items())
