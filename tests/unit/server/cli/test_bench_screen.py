"""The table of runs fits a narrow terminal and hides nothing."""

from dataclasses import replace

from rich.console import Console

from loadtest.campaign import Outcome
from loadtest.figures import Distribution
from loadtest.report import report_run
from server.cli.bench_screen import remarks, runs_table, throughput
from tests.unit.loadtest.made import caption, clip, run, script, stream


def outcome(speakers: int, *missed: str, notes: tuple[str, ...] = ()) -> Outcome:
    made = stream(
        script((1.0, clip(4.0, "one two three four"))),
        caption(5.5, "a", "one two three four", 1.0, 5.0, final=True),
    )
    return Outcome(replace(report_run(run(made)), speakers=speakers, notes=notes), missed, None)


def test_every_figure_stands_in_eighty_columns() -> None:
    console = Console(width=80, record=True)
    with console.capture() as shown:
        console.print(runs_table([outcome(100), outcome(2, "too late")]))
    assert "…" not in shown.get()
    rows = [line.split() for line in shown.get().splitlines() if " / " in line and "%" in line]
    assert [(row[0], row[-1]) for row in rows] == [("2", "no"), ("100", "yes")]
    assert rows[0][4:7] == ["0.50", "/", "0.50"]


def test_what_was_not_measured_is_a_dash() -> None:
    empty = replace(outcome(1).report, word_delay=Distribution(), server_cpu_seconds=None, flicker=None)
    with (console := Console(width=100)).capture() as shown:
        console.print(runs_table([Outcome(empty, (), None)]))
    assert shown.get().count("–") == 3


def test_what_was_missed_and_noted_is_told_line_by_line() -> None:
    assert remarks([outcome(2, "a", "b", notes=("Others were busy.",)), outcome(1)]) == [
        "1 speaking: keeps the objective.",
        "2 speaking: a; b. Others were busy.",
    ]


def test_live_throughput_is_told_beside_offline_decoding() -> None:
    run = {"speakers": 8, "speech_per_second": 6.0}
    rest = {"finals_dearer": 0.1, "encoding_again": 0.25, "small_batches": None}
    told = {
        "offline": {"speech_per_second": 24.0},
        "runs": [
            run | {"against_offline": {"of_offline": 0.25, "rest": rest}},
            run | {"against_offline": {"of_offline": 0.25, "rest": None}},
        ],
    }
    assert throughput(told) == [
        "Offline batched decoding: 24.0 s of speech per second.",
        "8 speaking: 6.00 s of speech per second, 25% of offline; finals dearer 10%, encoding again 25%.",
        "8 speaking: 6.00 s of speech per second, 25% of offline.",
    ]
    assert throughput({"offline": None, "runs": []}) == []
