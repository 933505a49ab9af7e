"""What a WHIP client offers (RFC 9725, RFC 8866), checked and made fit for aiortc. Pure.

One audio track is taken. More, or a picture, are refused whole, since a partial answer is not allowed.
"""

from typing import Final

from aiortc.sdp import MediaDescription, SessionDescription

from streaming.errors import ProtocolError

MOST_CHARACTERS: Final = 64 * 1024
MOST_CANDIDATES: Final = 32
"""Addresses of a peer that are tried: to each of them packets are sent, whoever it belongs to."""


def fit(offer: str) -> str:
    """The offer as aiortc is to have it. Raises `ProtocolError` `offer_unreadable` or `offer_not_served`.

    Candidates that cannot be used are left out: names of multicast DNS, for which aiortc would wait a
    second, and TCP. Who leaves the DTLS role open gets the server in the role of the DTLS server: as a
    client aiortc offers no cipher that GStreamer's certificate fits.
    """
    if len(offer) > MOST_CHARACTERS:
        raise _unreadable()
    try:
        description = SessionDescription.parse(offer)
    except Exception:
        # The parser raises whatever comes, from ValueError to AssertionError.
        raise _unreadable() from None
    kinds = [media.kind for media in description.media]
    if not description.media or not all(_secured(media) for media in description.media):
        raise _unreadable()
    if kinds.count("audio") != 1 or any(kind not in {"audio", "application"} for kind in kinds):
        raise ProtocolError(
            "offer_not_served",
            "One audio track is taken, and nothing else but a data channel; the offer has "
            f"{kinds.count('audio')} and {len(kinds) - kinds.count('audio')} other parts.",
            status=406,
        )
    if next(media for media in description.media if media.kind == "audio").direction in {
        "recvonly",
        "inactive",
    }:
        raise ProtocolError("offer_not_served", "The offer sends no audio.", status=406)
    lines = (line.rstrip("\r") for line in offer.split("\n"))
    kept = [line for line in lines if line and not _useless(line)]
    tried = [line for line in kept if _names_candidate(line)][:MOST_CANDIDATES]
    fewer = (line for line in kept if not _names_candidate(line) or line in tried)
    roles = (line.replace("a=setup:actpass", "a=setup:active") for line in fewer)
    return "\r\n".join(roles) + "\r\n"


def candidates(fragment: str) -> list[str]:
    """The usable candidates of a trickled fragment (RFC 8840), without `candidate:`. Raises `ProtocolError`
    `fragment_unreadable`."""
    found = []
    for line in fragment.splitlines():
        if line and (len(line) < 2 or line[1] != "="):
            raise ProtocolError("fragment_unreadable", "The body is no fragment of SDP.", status=400)
        if _names_candidate(line) and not _useless(line):
            found.append(line.removeprefix("a=candidate:"))
    return found


def restarts(fragment: str, answered: str) -> bool:
    """Whether a fragment has other ICE credentials than the offer that was answered: an ICE restart."""
    named = [line for line in fragment.splitlines() if line.startswith("a=ice-ufrag:")]
    return any(line not in answered.splitlines() for line in named)


def _secured(media: MediaDescription) -> bool:
    """Whether ICE and DTLS have what they need."""
    ice, dtls = media.ice, media.dtls
    return bool(dtls and dtls.fingerprints and ice and ice.usernameFragment and ice.password)


def _names_candidate(line: str) -> bool:
    return line.startswith("a=candidate:")


def _useless(line: str) -> bool:
    if not _names_candidate(line):
        return False
    fields = line.split()
    # foundation, component, transport, priority, address, port, …
    return len(fields) < 8 or fields[2].lower() != "udp" or fields[4].endswith(".local")


def _unreadable() -> ProtocolError:
    return ProtocolError(
        "offer_unreadable", "The body is no offer in SDP that has audio, ICE and DTLS.", status=400
    )
