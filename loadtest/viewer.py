"""One viewer of a meeting's captions: hears what the server sends, and when. Sends nothing.

A server's address and a meeting go in, arrivals come out. A viewer who is sent away is a measurement, not a
failure: the code stands in the log.
"""

import time
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed

from loadtest.client import WireError, open_socket, read_message, stream_url
from loadtest.plan import Network
from loadtest.records import Arrival
from loadtest.weather import Weather


@dataclass(slots=True)
class Watching:
    """What one viewer heard; `problem` is the code of what ended it early."""

    arrivals: list[Arrival] = field(default_factory=list)
    problem: str | None = None


async def watch(url: str, meeting: str, seen: Watching, *, key: str | None, network: Network) -> None:
    """Watch until the meeting has ended, or the server or the network ends it."""
    address = stream_url(url).removesuffix("/v1/stream") + f"/v1/meetings/{meeting}/captions?since=0"
    weather = Weather(network, f"{meeting}/viewer")
    try:
        async with await open_socket(address, key) as socket:
            entered = time.monotonic()
            async for data in socket:
                heard = entered + weather.arrives(time.monotonic() - entered)
                seen.arrivals.append(Arrival(heard, 0.0, read_message(data)))
    except WireError as error:
        seen.problem = error.code
    except ConnectionClosed as error:
        seen.problem = f"closed_{error.rcvd.code if error.rcvd else 1006}"
    else:
        if not seen.arrivals or seen.arrivals[-1].message.get("type") != "ended":
            seen.problem = "closed_early"
