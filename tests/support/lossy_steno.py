"""`steno serve` where one RTP packet in twenty is lost: `python -m tests.support.lossy_steno`.

Packets are lost where they come in, whoever sends them; the seed is the same each time.
"""

import random
import sys

from aiortc import RTCDtlsTransport

from server.cli.main import app

SHARE = 0.05


def main() -> None:
    """Serve."""
    take = RTCDtlsTransport._handle_rtp_data
    chance = random.Random(11)  # noqa: S311 - the same loss each time

    async def lossy(self: RTCDtlsTransport, data: bytes, arrival_time_ms: int) -> None:
        if chance.random() >= SHARE:
            await take(self, data, arrival_time_ms=arrival_time_ms)

    RTCDtlsTransport._handle_rtp_data = lossy  # type: ignore[method-assign]
    sys.argv[1:] = ["serve"]
    app()


if __name__ == "__main__":
    main()
