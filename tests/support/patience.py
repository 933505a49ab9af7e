"""How long tests wait for what is sure to come: longer than it takes on a machine with much else to do.

Clients give up after five or ten seconds where nobody says otherwise, which is long for a person and short
for a machine on which several runs of tests share two processors. Who waits for something that must not come,
or holds the server to a time, says so and how long.
"""

from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.sync.client import connect as connect_and_block

SECONDS = 60.0


def be_patient() -> None:
    """Let clients that nobody told otherwise wait longer, in this process."""
    for client in (httpx.Client, httpx.AsyncClient):
        unless_told: httpx.Timeout = _defaults(client.__init__)["timeout"]
        unless_told.connect = unless_told.read = unless_told.write = unless_told.pool = SECONDS
    for opened in (connect.__init__, connect_and_block):
        _defaults(opened).update(open_timeout=SECONDS, ping_timeout=SECONDS)


def _defaults(function: Any) -> dict[str, Any]:
    """What its arguments are where a caller does not say."""
    defaults: dict[str, Any] = function.__kwdefaults__
    return defaults
