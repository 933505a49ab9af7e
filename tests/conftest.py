"""Fixtures for every test: the reference recordings, and the check that no async test leaks a task."""

import asyncio
import inspect
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
from hypothesis import settings

from server.recorder.browser import found
from tests.support import evalset, leaks, skips
from tests.support.chromium import shell as browser_shell
from tests.support.patience import be_patient
from tests.support.process import Server, steno
from tests.support.scratch import keep_in_memory

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    """Where everything is installed, a skip is a failure; no example is held to a time, no client hurried.

    How long one takes is a matter of what else the machine does just now.
    """
    settings.register_profile("unhurried", settings(), deadline=None)
    settings.load_profile("unhurried")
    keep_in_memory()
    be_patient()
    if skips.required(os.environ):
        config.pluginmanager.register(skips.NoSkips(), "no-skips")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make test` finds the files of patient tests by their text: another one would never run."""
    patient = {item.path for item in items if item.get_closest_marker("patient")}
    if hidden := sorted(str(path) for path in patient if "mark.patient" not in path.read_text()):
        raise pytest.UsageError(f"patient tests in files that do not say mark.patient: {', '.join(hidden)}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the reference recordings; it may not be passed on, so it may be absent."""
    folder = evalset.find_shared()
    if folder is None:
        pytest.skip(f"{skips.ALLOWED} no folder 'shared' with the reference recordings beside the repository")
    return folder


@pytest.fixture(scope="session")
def eval_manifest(shared: Path) -> tuple[evalset.Recording, ...]:
    """Every reference recording, in the order of the manifest."""
    return evalset.read_manifest(shared)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the installed browser."""
    if (path := found()) is None:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    return path


@pytest.fixture(scope="session")
def shell(chromium: str) -> str:
    """The same for pages that need nothing around them."""
    return browser_shell() or chromium


@pytest_asyncio.fixture
async def _no_leaked_tasks() -> AsyncIterator[None]:
    before: set[asyncio.Task[Any]] = asyncio.all_tasks()
    yield
    if tasks := await leaks.leaked(before):
        pytest.fail("tasks outlived the test: " + "; ".join(tasks), pytrace=False)


@pytest.fixture(autouse=True)
def _every_async_test_ends_what_it_starts(request: pytest.FixtureRequest) -> None:
    """Set up before the other fixtures of a test, hence checked after they are all closed."""
    function = getattr(request.node, "function", None)
    hypothesis_test = getattr(function, "hypothesis", None)
    if inspect.iscoroutinefunction(getattr(hypothesis_test, "inner_test", function)):
        request.getfixturevalue("_no_leaked_tasks")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of assembled models for all servers of the run."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def tiny_server(models: Path) -> Iterator[Server]:
    """A server with the English model tiny.en."""
    with steno("tiny.en", models, max_sessions="16", idle_seconds="20", resume_seconds="3") as server:
        yield server


@pytest.fixture(scope="module")
def base_server(models: Path) -> Iterator[Server]:
    """A server with the multilingual model base. Two files need it, far apart: to idle from one to the other,
    and on to the end of the run, costs more than to start again.
    """
    with steno("base", models, max_sessions="16", idle_seconds="60") as server:
        yield server
