"""A plan is checked before anything is started."""

from pathlib import Path

import pytest

from loadtest.errors import LoadTestError
from loadtest.plan import Network, Plan, plan_from, read_plan

PLAN = """
speakers = 8
duty = 0.5
languages = ["en", "ru"]
[network]
delay = 0.05
stall_every = 20
stall_seconds = 1
"""


def test_a_plan_is_read_from_toml_and_the_rest_has_defaults(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, "utf-8")
    plan = plan_from(read_plan(path))
    network = Network(delay=0.05, stall_every=20, stall_seconds=1)
    assert plan == Plan(speakers=8, duty=0.5, languages=("en", "ru"), network=network)
    assert plan_from(plan.as_dict()) == plan


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"speakers": 0}, "speakers"),
        ({"duty": 1.5}, "duty"),
        ({"piece_ms": 10}, "piece_ms"),
        ({"stability": "firm"}, "stability"),
        ({"languages": ["English"]}, "languages.0"),
        ({"duration": 3}, "duration"),
        ({"seconds": "many"}, "seconds"),
        ({"network": {"delay": -1}}, "network.delay"),
        ({"network": {"stall_seconds": 2, "stall_every": 1}}, "network"),
    ],
)
def test_a_wrong_field_is_named(table: dict[str, object], named: str) -> None:
    with pytest.raises(LoadTestError, match=f"The plan's {named} is wrong: ") as caught:
        plan_from(table)
    assert caught.value.code == "bad_plan"


def test_a_file_that_is_no_plan_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoadTestError, match=r"none\.toml cannot be read"):
        read_plan(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("speakers: 3", "utf-8")
    with pytest.raises(LoadTestError, match=r"bad\.toml is not TOML"):
        read_plan(tmp_path / "bad.toml")


def test_the_last_stream_starts_when_the_ramp_is_over() -> None:
    assert Plan(speakers=5, stagger=0.5).ramp == 2.0
