"""What is taken of an offer, what is refused, and in which words."""

import pytest

from server.rtc.offer import MOST_CANDIDATES, MOST_CHARACTERS, candidates, fit, restarts
from streaming.errors import ProtocolError

SESSION = """v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
"""
MEDIA = """m={kind} 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:{mid}
a={direction}
a=rtcp-mux
a=setup:{setup}
a=ice-ufrag:abcd
a=ice-pwd:0123456789012345678901
a=fingerprint:sha-256 {print}
a=rtpmap:111 {codec}
"""
PRINT = ":".join(["0A"] * 32)
UDP = "candidate:1 1 udp 2130706431 10.0.0.1 50000 typ host"
TCP = "candidate:2 1 tcp 1518280447 10.0.0.1 9 typ host tcptype active"
NAMED = "candidate:3 1 udp 2113937151 3f1c0d5e-1111-2222-3333-444455556666.local 5000 typ host"


def media(kind: str = "audio", mid: int = 0, direction: str = "sendonly", setup: str = "actpass") -> str:
    codec = "opus/48000/2" if kind == "audio" else "VP8/90000"
    return MEDIA.format(kind=kind, mid=mid, direction=direction, setup=setup, codec=codec, print=PRINT)


def offer(*parts: str) -> str:
    return SESSION + "".join(parts or (media(),))


@pytest.mark.parametrize(
    ("offered", "answered"), [("actpass", "active"), ("active", "active"), ("passive", "passive")]
)
def test_who_leaves_the_role_open_becomes_the_client_of_dtls(offered: str, answered: str) -> None:
    lines = fit(offer(media(setup=offered))).split("\r\n")
    assert [line for line in lines if line.startswith("a=setup:")] == [f"a=setup:{answered}"]


def test_candidates_that_cannot_be_used_are_left_out() -> None:
    shown = "".join(f"a={one}\n" for one in (UDP, TCP, NAMED))
    assert [line for line in fit(offer(media() + shown)).split("\r\n") if "candidate" in line] == [f"a={UDP}"]


def test_no_more_candidates_are_tried_than_a_peer_has_need_of() -> None:
    many = "".join(f"a=candidate:{n} 1 udp 1 10.0.{n // 250}.{n % 250} 5000 typ host\n" for n in range(900))
    kept = [line for line in fit(offer(media() + many)).split("\r\n") if "candidate" in line]
    assert len(kept) == MOST_CANDIDATES


@pytest.mark.parametrize("direction", ["sendonly", "sendrecv"])
def test_an_audio_track_is_taken(direction: str) -> None:
    assert f"a={direction}" in fit(offer(media(direction=direction)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "v=0\r\n",
        SESSION,
        "{}",
        offer().replace("a=fingerprint", "a=x"),
        offer().replace("a=ice-ufrag", "a=x"),
        offer().replace("9 UDP", "x UDP"),
        "\0" * 100,
        offer() + "a=x:" + "y" * MOST_CHARACTERS,
    ],
)
def test_what_is_no_offer_is_unreadable(text: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        fit(text)
    assert (refused.value.code, refused.value.status) == ("offer_unreadable", 400)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((media(), media(mid=1)), "the offer has 2 and 0 other parts."),
        ((media(), media("video", 1)), "the offer has 1 and 1 other parts."),
        ((media("video"),), "the offer has 0 and 1 other parts."),
        ((media(direction="recvonly"),), "The offer sends no audio."),
        ((media(direction="inactive"),), "The offer sends no audio."),
    ],
)
def test_what_is_not_one_audio_track_is_refused_whole(parts: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        fit(offer(*parts))
    assert (refused.value.code, refused.value.status) == ("offer_not_served", 406)
    assert refused.value.message.endswith(sentence)


FRAGMENT = f"""a=ice-ufrag:abcd
a=ice-pwd:x
m=audio 9 UDP/TLS/RTP/SAVPF 0
a=mid:0
a={UDP}
a={NAMED}
a={TCP}
"""


def test_the_usable_candidates_of_a_fragment_are_found() -> None:
    assert candidates(FRAGMENT) == [UDP.removeprefix("candidate:")]
    assert candidates("a=end-of-candidates\r\n") == []


def test_a_body_that_is_no_fragment_is_refused() -> None:
    with pytest.raises(ProtocolError) as refused:
        candidates("hello")
    assert (refused.value.code, refused.value.status) == ("fragment_unreadable", 400)


def test_other_credentials_than_those_of_the_offer_are_a_restart() -> None:
    made = fit(offer())
    assert not restarts(FRAGMENT, made)
    assert not restarts("a=end-of-candidates", made)
    assert restarts(FRAGMENT.replace("ufrag:abcd", "ufrag:efgh"), made)
