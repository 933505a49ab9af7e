"""The one tree of errors that a peer may read: a stable `code`, one clear sentence, no internals."""

from enum import IntEnum


class Close(IntEnum):
    """WebSocket close codes (RFC 6455 §7.4.1; 44xx are ours)."""

    DONE = 1000
    BAD_ORDER = 1002
    NOT_UNDERSTOOD = 1003
    NOT_ALLOWED = 1008
    TOO_BIG = 1009
    OUR_FAULT = 1011
    RESTART = 1012
    OVERLOADED = 1013
    NO_AUDIO = 4408
    SLOW_READER = 4409
    TAKEN_OVER = 4410


class StenoError(Exception):
    """Base of the tree. `code` is stable across versions; `message` is one sentence for a person."""

    close = Close.OUR_FAULT
    status = 500
    retry_after: float | None = None
    """Seconds after which another try makes sense."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class ProtocolError(StenoError):
    """The peer's fault: what it sent cannot be accepted. The session's text so far is kept."""

    status = 400

    def __init__(self, code: str, message: str, close: Close = Close.BAD_ORDER, status: int = 400) -> None:
        super().__init__(code, message)
        self.close = close
        self.status = status


class NotAllowed(ProtocolError):
    """The peer is not known (401) or may not do this (403)."""

    def __init__(self, code: str, message: str, status: int = 401) -> None:
        super().__init__(code, message, Close.NOT_ALLOWED, status)


class NotFound(ProtocolError):
    """What was asked for does not exist, or not for this peer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, Close.NOT_ALLOWED, 404)


class Overloaded(StenoError):
    """There is no headroom."""

    close = Close.OVERLOADED
    status = 503

    def __init__(self, message: str, retry_after: float, code: str = "overloaded") -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class QuotaReached(Overloaded):
    """The peer has used what its key may use."""

    status = 429

    def __init__(self, code: str, message: str, retry_after: float) -> None:
        super().__init__(message, retry_after, code)


class StoreError(StenoError):
    """The database could not do its part: our fault."""

    status = 503


class StoreUnavailable(StoreError):
    """The database is away just now. Nothing is wrong with what was asked of it."""

    close = Close.OVERLOADED
    retry_after = 5.0

    def __init__(self) -> None:
        super().__init__("store_unavailable", "The database does not answer just now; try again in a moment.")
