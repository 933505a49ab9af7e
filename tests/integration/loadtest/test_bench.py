"""Real speakers and viewers against a real server with a real model, in real time."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from asr.types import Kind
from loadtest.campaign import different_speech
from loadtest.corpus import packaged_corpus
from loadtest.errors import LoadTestError
from loadtest.plan import Network, Plan
from loadtest.report import RunReport, report_run
from loadtest.runner import Target, carry_out
from loadtest.schedule import write_scripts
from server.cli.bench import bench
from server.cli.bench_offline import measured_offline
from server.settings import Settings
from tests.support.process import Server
from tests.support.scripted_wire import Script, scripted_wire

PLAN = Plan(speakers=2, seconds=10, duty=0.7, viewers=1, languages=("en",), seed=5)


async def measured(plan: Plan, target: Target) -> RunReport:
    corpus = packaged_corpus().of(plan.languages).limited(different_speech(plan), plan.seed)
    return report_run(await carry_out(plan, write_scripts(plan, corpus.clips), target))


@pytest.mark.model
async def test_a_run_reports_everything_and_nothing_absurd(tiny_server: Server) -> None:
    report = await measured(PLAN, Target(tiny_server.url, pid=tiny_server.pid))
    assert (report.completed, report.refused, report.lost, report.viewers_lost) == (2, {}, {}, {})
    assert report.audio_seconds == pytest.approx(20.25, abs=0.1)
    assert 0.5 < report.duty < 0.8
    assert report.words.reference > 20
    assert report.words.rate < 0.4
    assert report.turns_without_final == 0
    delays = [report.word_delay, report.viewer_word_delay, report.final_delay, report.refresh_interval]
    for delay in delays:
        assert delay.count > 0
        assert delay.p95 is not None
        assert 0 < delay.p95 < 30
    assert report.partials > 0
    assert report.coverage["received"] == pytest.approx(report.audio_seconds, abs=0.1)
    assert report.coverage["lost"] == 0
    assert report.server_cpu_seconds is not None
    assert report.server_cpu_seconds > 0.1
    assert report.server_peak_bytes is not None
    assert report.server_peak_bytes > 50_000_000
    assert report.generator_lateness.count == report.server_blocked.count > 400
    assert report.engine is not None
    assert 0 < report.engine.busy_share < 1.01
    json.dumps(report.as_dict())


@pytest.mark.model
async def test_a_slow_network_is_seen_in_the_delays(tiny_server: Server) -> None:
    slow = replace(PLAN, speakers=1, viewers=0, network=Network(delay=1.5))
    report = await measured(slow, Target(tiny_server.url))
    assert report.completed == 1
    assert report.final_delay.p50 is not None
    assert report.final_delay.p50 > 3.0 + 0.5
    assert report.server_cpu_seconds is None


async def test_a_server_that_refuses_is_counted_and_not_raised() -> None:
    async with scripted_wire(Script(refuse=503, retry_after="7")) as url:
        report = await measured(replace(PLAN, seconds=5), Target(url))
    assert sum(report.refused.values()) == 2
    assert report.retry_after == {"7": 2}
    assert report.engine is None
    assert (report.completed, report.lost) == (0, {})
    assert report.invalid == ("No audio was sent.",)


async def test_the_model_is_measured_between_the_first_and_the_last_word() -> None:
    readings = ["steno_model_busy_seconds_total 1.0\n", "steno_model_busy_seconds_total 2.0\n"]
    async with scripted_wire(Script(metrics=readings)) as url:
        report = await measured(replace(PLAN, seconds=5, viewers=0, speed=2.0), Target(url))
    assert report.engine is not None
    assert report.engine.seconds == pytest.approx(5.0, abs=0.5)
    assert report.engine.busy_share == pytest.approx(0.2, abs=0.02)


async def test_a_server_that_drops_its_streams_is_counted_and_not_raised() -> None:
    async with scripted_wire(Script(close=1013)) as url:
        report = await measured(replace(PLAN, seconds=5), Target(url))
    assert sum(report.refused.values()) == 2


@pytest.mark.model
def test_the_command_measures_a_running_server_and_writes_what_it_found(
    tiny_server: Server, tmp_path: Path
) -> None:
    runner = CliRunner()
    app = typer.Typer()
    app.command()(bench)
    out = tmp_path / "out"
    answer = runner.invoke(
        app, ["--url", tiny_server.url, "--speakers", "1", "--seconds", "8", "--out", str(out)]
    )
    assert answer.exit_code == 0, answer.output
    assert "1 speaking at once were measured: each talking" in answer.output
    told = json.loads((out / "bench.json").read_text("utf-8"))
    assert told["server"] == {"started_here": False, "url": tiny_server.url, "model": "tiny.en"}
    assert len(told["runs"]) == 1
    assert (out / "bench.html").read_text("utf-8").startswith("<!doctype html>")
    assert told["offline"] is None
    drawn = {path.stem for path in out.glob("*.svg")}
    assert {"word-spoken-to-word-shown", "throughput", "model-busy", "capacity"} <= drawn
    assert {path.stem for path in out.glob("*.png")} == drawn


@pytest.mark.model
async def test_offline_decoding_is_measured_over_the_same_clips(models: Path, tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(models)
    settings = Settings(model="tiny.en", data=tmp_path)
    corpus = packaged_corpus().limited(20, seed=1)
    told = await measured_offline(settings, corpus, seconds=0, batch=1)
    assert told["speech_seconds"] == 30
    assert told["speech_per_second"] == pytest.approx(30 / told["seconds"])
    assert set(told["full_batch"]) == {str(kind) for kind in Kind}
    assert min(told["full_batch"].values()) > 0


async def test_offline_decoding_that_fails_says_why(tmp_path: Path) -> None:
    settings = Settings(model=str(tmp_path / "absent"), data=tmp_path)
    with pytest.raises(LoadTestError, match=r"could not be measured\..*absent"):
        await measured_offline(settings, packaged_corpus().limited(5, seed=1))


def test_offline_decoding_is_not_asked_of_a_server_elsewhere() -> None:
    app = typer.Typer()
    app.command()(bench)
    answer = CliRunner().invoke(app, ["--url", "http://127.0.0.1:1", "--offline"])
    assert answer.exit_code == 2
    assert "started here" in answer.output
