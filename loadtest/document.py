"""A campaign as one document that states all that its figures depend on. Pure.

Facts and outcomes go in; a dictionary for JSON comes out, with the answer as one sentence.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from loadtest.campaign import Campaign, Outcome
from loadtest.capacity import Capacity
from loadtest.engine import DEFINITIONS as ENGINE
from loadtest.offline import DEFINITIONS as OFFLINE
from loadtest.offline import against_offline
from loadtest.overload import DEFINITIONS as OVERLOAD
from loadtest.report import DEFINITIONS, RunReport

FORMAT = 1


def document(
    campaign: Campaign,
    capacity: Capacity | None,
    facts: Mapping[str, Any],
    measured: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """All of it is plain data: `facts` are date, command, machine, versions and server, `measured` is what
    offline decoding reaches."""
    overloaded = campaign.overloaded
    clips = campaign.corpus.clips
    told = {
        "format": FORMAT,
        "statement": statement(campaign, capacity, facts),
        **facts,
        "corpus": {
            "source": campaign.corpus.source,
            "clips": len(clips),
            "seconds": campaign.corpus.seconds,
            "languages": sorted({clip.language for clip in clips}),
        },
        "objective": asdict(campaign.objective),
        "capacity": asdict(capacity) if capacity else None,
        "offline": measured,
        "overload": overloaded.as_dict() if overloaded else None,
        "definitions": _definitions(offline=measured is not None, overloaded=overloaded is not None),
        "runs": [_run(outcome, measured) for outcome in sorted(campaign.outcomes, key=_speakers)],
    }
    return {name: rounded(value) for name, value in told.items()}


def _definitions(*, offline: bool, overloaded: bool) -> dict[str, str]:
    """Those of what is told."""
    return {
        **DEFINITIONS,
        **ENGINE,
        **(OFFLINE if offline else {}),
        **(OVERLOAD if overloaded else {}),
    }


def _run(outcome: Outcome, measured: Mapping[str, Any] | None) -> dict[str, Any]:
    report = outcome.report
    beside = against_offline(report.speech_per_second, report.engine, measured) if measured else None
    return outcome.as_dict() | {"against_offline": beside}


def rounded(value: Any) -> Any:
    """The same data with floats of four decimals: a tenth of a millisecond."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {name: rounded(item) for name, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list | tuple) else value


def _speakers(outcome: Outcome) -> int:
    return outcome.report.speakers


def statement(campaign: Campaign, capacity: Capacity | None, facts: Mapping[str, Any]) -> str:
    """The answer in words. Without a search, the largest run is told."""
    best = _told(campaign, capacity)
    server, machine = facts.get("server", {}), facts.get("machine", {})
    drafts = f", drafts {server['partial_model']}," if server.get("partial_model") else ""
    where = f"{server.get('model', 'an unknown model')}{drafts} on {machine.get('processor')}, "
    where += f"{machine.get('usable')} of {machine.get('threads')} hardware threads"
    if server.get("type"):
        where += f" ({server.get('device')}, {server['type']})"
    if best is None:
        return f"Not one speaker keeps the objective: {where}."
    kept = "keep the objective" if capacity else "were measured"
    return f"{best.speakers} speaking at once {kept}: {figures(best)}; {where}."


def _told(campaign: Campaign, capacity: Capacity | None) -> RunReport | None:
    reports = [outcome.report for outcome in campaign.outcomes]
    if capacity:
        return next((report for report in reports if report.speakers == capacity.speakers), None)
    return max(reports, key=lambda report: report.speakers, default=None)


def figures(report: RunReport) -> str:
    """The figures of a run that belong together."""
    parts = [
        f"each talking {report.duty:.0%} of the time",
        f"a word is shown {_seconds(report.word_delay.p50)} after it was spoken (p95 "
        f"{_seconds(report.word_delay.p95)}, {report.word_delay.count} words)",
        f"final text {_seconds(report.final_delay.p50)} after the end of speech (p95 "
        f"{_seconds(report.final_delay.p95)})",
        f"word error rate {report.words.rate:.1%}",
        f"{report.partials_per_speech_second:.1f} partials per second of speech",
    ]
    return ", ".join(parts)


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"
