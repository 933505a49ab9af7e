"""The further tables of the page: the model's time, offline decoding beside it, overload. Pure.

The document of `loadtest.document` goes in, HTML comes out; nothing where nothing was measured.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

Rows = list[tuple[str, list[str]]]


def engine_section(runs: Sequence[Mapping[str, Any]]) -> str:
    """Where the model's time went, a column for each run."""
    told = [run for run in runs if run.get("engine")]
    if not told:
        return ""
    engines = [run["engine"] for run in told]
    rows: Rows = [("model busy, %", [_share(engine["busy_share"]) for engine in engines])]
    rows += [
        (f"{kind}: {step}, %", [_share(engine["share"].get(kind, {}).get(step)) for engine in engines])
        for kind, step in _keys(engine["share"] for engine in engines)
    ]
    for name, unit in (
        ("mean_batch", "windows in a batch"),
        ("windows_per_speech_second", "windows per second of speech"),
        ("audio_per_speech_second", "times that speech was decoded"),
        ("seconds_per_window", "model seconds per window"),
    ):
        kinds = sorted({kind for engine in engines for kind in engine[name]})
        rows += [
            (f"{kind}: {unit}", [_number(engine[name].get(kind)) for engine in engines]) for kind in kinds
        ]
    return _section("Where the model's time went", [str(run["speakers"]) for run in told], rows)


def offline_section(told: Mapping[str, Any]) -> str:
    """Live throughput as a share of offline decoding, and where the rest went."""
    offline = told.get("offline")
    if not offline:
        return ""
    runs = told["runs"]
    beside = [run["against_offline"] for run in runs]
    rows: Rows = [
        ("speech seconds per second", [_number(run["speech_per_second"]) for run in runs]),
        ("of offline, %", [_share(one["of_offline"]) for one in beside]),
    ]
    names = next((list(one["rest"]) for one in beside if one["rest"]), [])
    rows += [
        (f"{name.replace('_', ' ')}, %", [_share((one["rest"] or {}).get(name)) for one in beside])
        for name in names
    ]
    title = f"Beside offline decoding ({_number(offline['speech_per_second'])} seconds of speech per second)"
    return _section(title, [str(run["speakers"]) for run in runs], rows)


def overload_section(told: Mapping[str, Any]) -> str:
    """What became of twice as many speakers."""
    overload = told.get("overload")
    if not overload:
        return ""
    rows: Rows = [(name.replace("_", " "), [_plain(value)]) for name, value in overload.items()]
    return _section("Overload", [""], rows)


def _keys(shares: Iterable[Mapping[str, Mapping[str, float]]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((kind, step) for share in shares for kind in share for step in share[kind]))


def _section(title: str, head: Sequence[str], rows: Rows) -> str:
    columns = "".join(f"<th>{escape(name)}</th>" for name in ("speakers" if any(head) else "", *head))
    body = "".join(
        f"<tr><td>{escape(name)}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, cells in rows
    )
    return f'<h2>{escape(title)}</h2>\n<div class="wide"><table><tr>{columns}</tr>{body}</table></div>'


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {part}" for name, part in value.items()) or "–"
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value)) or "nothing"
    return _number(value) if isinstance(value, float) else "–" if value is None else str(value)
