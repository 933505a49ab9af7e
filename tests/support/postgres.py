"""A PostgreSQL of the tests' own, in a folder that goes with it.

In: nothing. Out: a running server, which a test may stop and start again, with a database `steno` of the
newest schema. It writes to the disk when the system likes: what it holds outlives any kill, and only not the
end of the machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from server.store import embedded
from server.store.embedded import EmbeddedPostgres
from tests.support.clusters import put_cluster
from tests.support.process import short_folder

FORGETFUL = {"fsync": "off", "full_page_writes": "off"}
"""To drop a database is to wait until all that was ever written is on the disk, a second for each test."""


@contextmanager
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """Run a server for the length of a block. It may run or not when the block ends."""
    with short_folder() as data:
        put_cluster(data)
        server = EmbeddedPostgres(data)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in FORGETFUL.items():
                patch.setitem(embedded.SETTINGS, name, value)
            server.start()
        try:
            yield server
        finally:
            server.stop()
