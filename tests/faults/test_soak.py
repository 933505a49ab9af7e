"""A short soak with the real model. The long form is the command itself: `steno soak`, eight hours and 200
clients by default.
"""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from loadtest.soak.rude import KINDS
from server.cli.soak import soak

SHORT = {
    "--hours": 0.2,
    "--stops": 6,
    "--share": 0.5,
    # Each kind in every round.
    "--rude": 6 * len(KINDS),
    "--rounds": 6,
    # Without a rest, and within its first minutes, a server has not given back what it does not need.
    "--rest": 0,
    "--memory": 300,
}

LEAKED = 3
"""From the first round that counts to the last one: one for each."""


@pytest.mark.model
def test_a_long_session_and_rude_clients_leave_nothing_behind(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models)
    monkeypatch.setenv("STENO_DATA", str(data))
    out = tmp_path / "soak.json"
    app = typer.Typer()
    app.command()(soak)
    options = [str(part) for option in SHORT.items() for part in option]
    ran = CliRunner().invoke(app, [*options, "--out", str(out)])
    assert out.exists(), f"{ran.output} {ran.exception!r}"
    told = json.loads(out.read_text("utf-8"))
    lasting, rude = told["parts"]
    grown = [finding for part in told["parts"] for finding in part["findings"] if not finding["flat"]]
    # How soon words come is a matter of what else the machine does just now, and so is how many connections
    # to the database are open at a moment. What a client of a kind leaves behind, it leaves in every round.
    counted = [one for one in grown if one["name"] not in {"memory", "delay"}]
    assert [one for one in counted if one["growth"] >= LEAKED] == []
    assert "memory" not in {one["name"] for one in grown}
    assert (ran.exit_code == 0) == told["flat"] == (not grown)
    assert len(lasting["samples"]) == len(rude["samples"]) == 6
    assert lasting["samples"][-1]["at"] == pytest.approx(SHORT["--hours"], abs=0.02)
    assert rude["samples"][-1]["at"] == 6 * len(KINDS)
