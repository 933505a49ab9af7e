"""The handlers of WHIP's calls. OPTIONS asks for no credential: a browser's question has none, and nothing is
told."""

from starlette.responses import Response

from server.http.answers import json_answer
from server.http.operations import Call
from server.http.services import Services

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
_METHODS = "OPTIONS, POST, PATCH, DELETE"


async def begin_whip(services: Services, call: Call) -> Response:
    """201 with the answer, in a new meeting."""
    return await services.webrtc.begin(call.request, call.access, call.query)


async def join_whip(services: Services, call: Call) -> Response:
    """201 with the answer."""
    return await services.webrtc.begin(call.request, call.access, call.query)


async def trickle_whip(services: Services, call: Call) -> Response:
    """204."""
    return await services.webrtc.trickle(call.request)


async def end_whip(services: Services, call: Call) -> Response:
    """200 with what was received."""
    ended = await services.webrtc.end(call.request)
    return json_answer(ended)


async def describe_whip(_: Services, __: Call) -> Response:
    """204: offers are taken."""
    return _described({"Accept-Post": SDP})


async def describe_whip_of_meeting(_: Services, __: Call) -> Response:
    """204: offers are taken."""
    return _described({"Accept-Post": SDP})


async def describe_whip_peer(_: Services, __: Call) -> Response:
    """204: candidates are taken."""
    return _described({"Accept-Patch": FRAGMENT})


def _described(accepts: dict[str, str]) -> Response:
    # One client learns from these, and not from the preflight, whether it may trickle.
    return Response(status_code=204, headers={"Access-Control-Allow-Methods": _METHODS, **accepts})
