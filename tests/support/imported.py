"""All that a server imports, before it is started."""

import pytest  # noqa: F401

from server.memory import kept_for_good

with kept_for_good():
    import tests.support.scripted_steno  # noqa: F401
