"""How the handshake of a wire is completed. Data only."""

from collections.abc import Callable
from dataclasses import dataclass

from streaming.protocols.codec import Codec


@dataclass(frozen=True, slots=True)
class Welcome:
    """Who speaks, the subprotocol that is answered, and headers beside it. `farewell` is called when the
    client is gone."""

    codec: Codec
    subprotocol: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    farewell: Callable[[], None] = lambda: None
