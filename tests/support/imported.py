"""All that a server imports, before it is started, and what the tests are run by, which a fork looks for."""

import pytest  # noqa: F401

from server.memory import kept_for_good

with kept_for_good():
    import server.cli.main  # noqa: F401
    import tests.support.scripted_steno  # noqa: F401
