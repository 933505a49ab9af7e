"""Figures that the tests of the model measure, printed at the end of the run; and what models heard in it."""

from pathlib import Path

import pytest

from tests.support.heard import Heard

_KEY = pytest.StashKey[list[str]]()


@pytest.fixture
def report(request: pytest.FixtureRequest) -> list[str]:
    """Lines for the end of the run."""
    return request.config.stash.setdefault(_KEY, [])


@pytest.fixture(scope="session")
def heard(models: Path) -> Heard:
    """What models make of the reference recordings."""
    return Heard(models)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was measured."""
    lines = config.stash.get(_KEY, [])
    if lines:
        terminalreporter.section("measured on real speech")
        for line in lines:
            terminalreporter.write_line(line)
