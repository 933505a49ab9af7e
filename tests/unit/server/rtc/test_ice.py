"""How this process speaks ICE, and the names in aiortc and aioice on which that rests."""

from collections.abc import Iterator

import aioice.ice
import pytest
from aiortc import RTCPeerConnection
from aiortc.rtcconfiguration import RTCConfiguration
from aiortc.rtcrtpreceiver import RTCRtpReceiver

from server.rtc import ice
from server.rtc.frames import FrameBuffer


@pytest.fixture
def unchanged() -> Iterator[None]:
    """What `configure` changes is put back."""
    names = ("CONSENT_FAILURES", "get_host_addresses")
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(aioice.ice, name, getattr(aioice.ice, name))
        yield


async def test_nobody_is_asked_for_our_own_address() -> None:
    peer = ice.new_peer()
    configuration = peer._RTCPeerConnection__configuration  # type: ignore[attr-defined]
    assert isinstance(configuration, RTCConfiguration)
    assert configuration.iceServers == []
    await peer.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_on_loopback_offers_loopback_alone(host: str, unchanged: None) -> None:
    ice.configure(host)
    assert aioice.ice.get_host_addresses(True, True) == ["127.0.0.1"]


def test_another_server_offers_the_addresses_of_the_machine(unchanged: None) -> None:
    ice.configure("0.0.0.0")
    assert "127.0.0.1" not in aioice.ice.get_host_addresses(True, True)


def test_no_peer_is_ended_for_want_of_consent(unchanged: None) -> None:
    ice.configure("127.0.0.1")
    assert aioice.ice.CONSENT_FAILURES * aioice.ice.CONSENT_INTERVAL > 10 * 365 * 86_400


async def test_the_buffer_of_a_receiver_is_exchanged_where_it_looks_for_it() -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    receiver = peer.addTransceiver("audio").receiver
    ice.use_own_buffer(receiver)
    assert isinstance(getattr(receiver, "_RTCRtpReceiver__jitter_buffer"), FrameBuffer)  # noqa: B009
    await peer.close()


def test_a_receiver_that_keeps_its_buffer_elsewhere_ends_the_attempt() -> None:
    other = object.__new__(RTCRtpReceiver)
    with pytest.raises(AttributeError):
        ice.use_own_buffer(other)
