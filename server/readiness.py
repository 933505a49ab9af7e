"""Whether this process can serve: its model, its database, and that it is not about to stop.

In: the parts that are asked. Out: the checks, asked anew each time; nothing is kept here.
"""

from collections.abc import Awaitable, Callable, Sequence

from server.engine import Recognition
from server.http.services import Check
from server.live.sessions import Sessions
from server.store.api import Store


def readiness(
    recognition: Recognition, store: Store, sessions: Sessions
) -> Callable[[], Awaitable[Sequence[Check]]]:
    """What `/readyz` and the operator ask."""

    async def ready() -> Sequence[Check]:
        model_ready, detail = recognition.state
        database = await store.ready()
        return (
            Check("model", model_ready, detail),
            Check("database", database, "" if database else "the database does not answer"),
            Check("streams", not sessions.draining, "the server is about to stop" * sessions.draining),
        )

    return ready
