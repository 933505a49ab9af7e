"""What can be wrong with a load test itself: its plan, its recordings, its server. Pure data."""


class LoadTestError(Exception):
    """`code` is stable, `message` is one sentence for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
