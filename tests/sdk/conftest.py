"""A server with a key and the English model tiny.en, real speech, and vendors' SDKs as they are published.

Python's come with the group `sdk` of pyproject.toml, JavaScript's with `js/package-lock.json`: `npm ci` puts
them into a folder of this run. What is not installed is skipped, with its reason.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sdk.scripts import Scripts
from tests.sdk.speech import KEY
from tests.support.npm import installed
from tests.support.process import Server, steno

JAVASCRIPT = Path(__file__).parent / "js"


@pytest.fixture(scope="session")
def sdk_server(models: Path) -> Iterator[Server]:
    """A server that asks for `KEY`, and fetches from this machine too."""
    settings = {"api_key": KEY, "idle_seconds": "20", "allow_private_webhooks": "true"}
    with steno("tiny.en", models, **settings) as server:
        yield server


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Scripts:
    """The scripts in `js/`, beside the packages that they import."""
    return Scripts(installed(JAVASCRIPT, tmp_path_factory.mktemp("sdk") / "js"))
