"""What WebRTC streams cost a server: `python -m loadtest.bench.webrtc URL PID [peers] [seconds]`.

Sends that many streams of silence by WHIP to the server at `URL`, whose process is `PID`, from this process.
Prints the server's processor time for each second of audio of a stream, how late its event loop was
meanwhile, and what one peer more was told. Silence asks nothing of the speech model: this is the price of
ICE, SRTP, Opus and resampling. `STENO_MAX_SESSIONS` at the server says how many peers it takes.
"""

import asyncio
import re
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aioice.ice
import httpx
import psutil
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

PEERS = 20
SECONDS = 10.0
LAG = re.compile(r'^steno_event_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cost:
    """What was measured.

    `cpu` seconds were used in `seconds` of `peers` streams; 99 of 100 times the loop was late by `lag`
    seconds at the most; one peer more got the status `refused`, and was told how long to wait.
    """

    peers: int
    seconds: float
    cpu: float
    lag: float
    refused: int
    retry_after: str

    def __str__(self) -> str:
        each = 1000 * self.cpu / (self.seconds * self.peers)
        return (
            f"{self.peers} streams for {self.seconds:.1f} s: {self.cpu / self.seconds:.0%} of a core, "
            f"{each:.1f} ms of processor for a second of a stream; the event loop at most {self.lag:g} s "
            f"late (99 of 100 times); one more: {self.refused}, Retry-After {self.retry_after or '-'}"
        )


async def measured(url: str, pid: int, peers: int, seconds: float) -> Cost:
    """Connect the peers one after the other, let them send for so long, and ask for one more."""
    server = psutil.Process(pid)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False, timeout=60))
        for _ in range(peers):
            answer = await _call(http, stack)
            assert answer.status_code == 201, answer.text  # noqa: S101 - nothing to measure else
        loop = asyncio.get_running_loop()
        before, begun, lags = _cpu(server), loop.time(), await _lags(http)
        await asyncio.sleep(seconds)
        cpu, passed, late = _cpu(server) - before, loop.time() - begun, await _lags(http)
        more = await _call(http, stack)
        lag = _percentile({le: late[le] - lags.get(le, 0.0) for le in late})
        return Cost(peers, passed, cpu, lag, more.status_code, more.headers.get("retry-after", ""))


async def _call(http: httpx.AsyncClient, stack: AsyncExitStack) -> httpx.Response:
    """Connect one peer more, which stays until the end."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    stack.push_async_callback(peer.close)
    peer.addTransceiver(AudioStreamTrack(), direction="sendonly")
    await peer.setLocalDescription(await peer.createOffer())
    answer = await http.post(
        "/v1/whip",
        content=peer.localDescription.sdp,
        headers={"Content-Type": "application/sdp"},
    )
    if answer.status_code == 201:
        await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        stack.push_async_callback(http.delete, answer.headers["location"])
    return answer


def _cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


async def _lags(http: httpx.AsyncClient) -> dict[float, float]:
    """How often the loop was at most so late, since the server began."""
    text = (await http.get("/metrics")).text
    return {float(le): float(count) for le, count in LAG.findall(text)}


def _percentile(counts: dict[float, float], share: float = 0.99) -> float:
    """The least bound that so many are below."""
    whole = max(counts.values(), default=0.0)
    return min((le for le, count in counts.items() if count >= share * whole), default=float("nan"))


def main() -> None:
    """Print one line."""
    url, pid, *rest = sys.argv[1:]
    peers = int(rest[0]) if rest else PEERS
    seconds = float(rest[1]) if len(rest) > 1 else SECONDS
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    print(asyncio.run(measured(url, int(pid), peers, seconds)))


if __name__ == "__main__":
    main()
