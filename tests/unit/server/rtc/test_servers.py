"""The servers that WebRTC peers are told of: the setting read, and credentials as coturn checks them."""

import base64
import hashlib
import hmac

import pytest
from aiortc import RTCIceServer

from server.rtc.ice import new_peer
from server.rtc.servers import IceServer, ice_servers


def test_servers_stand_apart_by_spaces() -> None:
    assert ice_servers("stun:a.example  turns:[2001:db8::1]:5349?secret=s%26t&transport=tcp") == (
        IceServer("stun:a.example"),
        IceServer("turns:[2001:db8::1]:5349?transport=tcp", "s&t"),
    )
    assert ice_servers("") == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("turn:a.example", "must have the secret"),
        ("turn:a.example?secret=", "must have the secret"),
        ("stun:a.example?secret=s3cret", "must have no secret"),
        ("turn:a.example?secret=s3cret&transport=sctp", "transport=udp or transport=tcp"),
        ("stun:a.example?transport=udp", "transport=udp or transport=tcp"),
        ("turn:a.example?secret=s3cret&user=x", "must not ask for 'user'"),
        ("http://a.example", "must be like stun:host:3478"),
        ("stun:a.example:70000", "must be like stun:host:3478"),
        ('stun:a.example>; rel="x"', "must be like stun:host:3478"),
    ],
)
def test_what_names_no_server_is_refused_without_its_secret(given: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as refused:
        ice_servers(given)
    assert "s3cret" not in str(refused.value)


def test_a_credential_is_the_hash_of_a_name_that_expires() -> None:
    (server,) = ice_servers("turn:a.example:3478?secret=shared")
    named = f"{1_000 + 6 * 3600}:mtg_1"
    digest = base64.b64encode(hmac.new(b"shared", named.encode(), hashlib.sha1).digest()).decode()
    assert server.link(1_000.4, "mtg_1") == (
        f'<turn:a.example:3478>; rel="ice-server"; username="{named}"; credential="{digest}"; '
        'credential-type="password"'
    )


async def test_nobody_is_asked_for_an_address_unless_a_server_is_named() -> None:
    def asked(*stun: str) -> list[RTCIceServer]:
        configuration = getattr(new_peer(stun), "_RTCPeerConnection__configuration")  # noqa: B009 - a private name
        servers: list[RTCIceServer] = configuration.iceServers
        return servers

    assert asked() == []
    assert [one.urls for one in asked("stun:a.example")] == [["stun:a.example"]]
