"""The operations of WHIP (RFC 9725): audio of a WebRTC peer, by one call."""

from server.http import whip
from server.http.operations import NO_MEETING, Answer, Operation
from server.http.peers import PeerEnded, WhipQuery

_TAG = "webrtc"
_PEER = "/v1/whip/{meeting_id}/{peer}"
_OFFER = {"requestBody": {"required": True, "content": {whip.SDP: {"schema": {"type": "string"}}}}}
_ANSWER = {
    201: Answer(
        "The answer, with all candidates. The session is at `Location`; `ETag` names it in PATCH. `Link` "
        "names the STUN and TURN servers of `STENO_ICE_SERVERS`, with credentials that expire.",
        media=(whip.SDP,),
    )
}
_REFUSED = {
    400: "`offer_unreadable`: no offer in SDP that has audio, ICE and DTLS.",
    406: "`offer_not_served`: more or less than one audio track, or no codec that is spoken here.",
    408: "`body_too_slow`: the body took more than 30 seconds.",
    413: "`body_too_big`: more than 1 MiB.",
    415: "`media_type_not_supported`: the body is not `application/sdp`.",
}
_NO_PEER = {404: "`peer_not_found`: there is no such session; it may have ended long ago."}
_HOW = (
    "One audio track of Opus, and a data channel `captions`, over which the messages of `/v1/stream` come "
    "back: `speech`, `caption`, `ack`, `gap`, `load`, `ended`, `error`. Every packet keeps its place in "
    "time; one that is lost is `lost` in the coverage. A peer that sends nothing for four seconds has ended. "
    "ICE is not restarted: end the session and begin another one in the same meeting."
)

WHIP: tuple[Operation, ...] = (
    Operation(
        "POST",
        "/v1/whip",
        whip.begin_whip,
        "ingest",
        "Send audio over WebRTC, in a new meeting",
        _HOW,
        tag=_TAG,
        query=WhipQuery,
        answers=_ANSWER,
        errors=_REFUSED,
        cross_origin=True,
        of_its_meeting=True,
        extra=_OFFER,
    ),
    Operation(
        "OPTIONS",
        "/v1/whip",
        whip.describe_whip,
        None,
        "What is taken here",
        tag=_TAG,
        answers={204: Answer("`Accept-Post` names it.")},
        cross_origin=True,
    ),
    Operation(
        "POST",
        "/v1/whip/{meeting_id}",
        whip.join_whip,
        "ingest",
        "Send audio over WebRTC",
        _HOW,
        tag=_TAG,
        query=WhipQuery,
        answers=_ANSWER,
        errors={**_REFUSED, **NO_MEETING},
        cross_origin=True,
        extra=_OFFER,
    ),
    Operation(
        "OPTIONS",
        "/v1/whip/{meeting_id}",
        whip.describe_whip_of_meeting,
        None,
        "What is taken here",
        tag=_TAG,
        answers={204: Answer("`Accept-Post` names it.")},
        cross_origin=True,
    ),
    Operation(
        "PATCH",
        _PEER,
        whip.trickle_whip,
        None,
        "Tell more addresses of a peer",
        "A fragment of SDP with candidates (RFC 8840). The address of the session is a secret, and all that "
        "is needed.",
        tag=_TAG,
        answers={204: Answer("They are tried.")},
        errors={
            **_NO_PEER,
            400: "`fragment_unreadable`: no fragment of SDP, or a candidate that cannot be read.",
            408: _REFUSED[408],
            412: "`precondition_failed`: the session has another ETag.",
            413: _REFUSED[413],
            415: "`media_type_not_supported`: the body is not `application/trickle-ice-sdpfrag`.",
            422: "`restart_not_supported`: an ICE restart.",
            428: "`precondition_missing`: name the ETag in `If-Match`.",
        },
        cross_origin=True,
        extra={"requestBody": {"content": {whip.FRAGMENT: {"schema": {"type": "string"}}}}},
    ),
    Operation(
        "DELETE",
        _PEER,
        whip.end_whip,
        None,
        "End a stream",
        "What arrived is finished and stored. Asked again, the answer is the same for a while.",
        tag=_TAG,
        answers={200: Answer("How much arrived.", PeerEnded)},
        errors=_NO_PEER,
        cross_origin=True,
    ),
    Operation(
        "OPTIONS",
        _PEER,
        whip.describe_whip_peer,
        None,
        "What is taken here",
        tag=_TAG,
        answers={204: Answer("`Accept-Patch` names it.")},
        cross_origin=True,
    ),
)
