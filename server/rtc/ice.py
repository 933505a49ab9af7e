"""How this process speaks ICE: set once, before the first peer.

aioice keeps these in module constants. A peer that does not renew its consent (RFC 7675) is not ended for
that: FFmpeg never answers the question, and whether a peer is there shows by the audio that it sends, which
is watched. Loopback addresses are offered where the server itself listens on one: otherwise a page on the
same machine could not reach it.
"""

import ipaddress
from collections.abc import Sequence
from typing import Final

import aioice.ice
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection
from aiortc.rtcrtpreceiver import RTCRtpReceiver

from server.rtc.frames import FrameBuffer

CONSENT_FAILURES: Final = 1 << 30
"""Unanswered questions that aioice waits for: more than come in any life."""
_BUFFER: Final = "_RTCRtpReceiver__jitter_buffer"

_addresses_of_machine = aioice.ice.get_host_addresses


def configure(host: str) -> None:
    """For a server that listens on `host`. Raises `AttributeError` when aioice keeps things elsewhere."""
    for name in ("CONSENT_FAILURES", "get_host_addresses"):
        getattr(aioice.ice, name)
    aioice.ice.CONSENT_FAILURES = CONSENT_FAILURES
    loopback = [host] if is_loopback(host) else []

    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        found: list[str] = loopback or _addresses_of_machine(use_ipv4, use_ipv6)
        return ["127.0.0.1" if address == "localhost" else address for address in found]

    aioice.ice.get_host_addresses = addresses


def new_peer(stun: Sequence[str] = ()) -> RTCPeerConnection:
    """A peer that asks these servers for its own address, and nobody else: aiortc's default names a public
    one."""
    servers = [RTCIceServer(urls=list(stun))] if stun else []
    return RTCPeerConnection(RTCConfiguration(iceServers=servers))


def use_own_buffer(receiver: RTCRtpReceiver) -> None:
    """Put `FrameBuffer` in the place of aiortc's. Raises `AttributeError` when that is elsewhere."""
    getattr(receiver, _BUFFER)
    setattr(receiver, _BUFFER, FrameBuffer())


def is_loopback(host: str) -> bool:
    """Whether who listens on `host` is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
