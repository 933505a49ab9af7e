"""The calls on ingests: hear a stream from where it is broadcast, read how far it is, end it."""

from typing import Final

from starlette.responses import JSONResponse, Response

from server.http.answers import json_answer
from server.http.models_ingests import IngestList, IngestOut
from server.http.operations import Call
from server.http.services import Services
from server.ingest.ingests import Ingests, ingest_not_found
from server.store.ingest_records import Ingest
from streaming.errors import ProtocolError

MOST: Final = 100


async def create_ingest(services: Services, call: Call) -> Response:
    """202 with the ingest, which is connected to meanwhile."""
    ingests = _ingests(services)
    made = await ingests.begin(call.body.start(call.meeting_id), call.body.source, call.access)
    answer = _answer(call, made, 202)
    answer.headers["Location"] = f"/v1/meetings/{made.new.meeting_id}/ingest/{made.new.id}"
    return answer


async def list_ingests(services: Services, call: Call) -> Response:
    """Those of a meeting."""
    found = await _ingests(services).of_meeting(call.meeting_id, MOST)
    listed = IngestList(data=[IngestOut.of(one, _host(call)) for one in found])
    return json_answer(listed)


async def get_ingest(services: Services, call: Call) -> Response:
    """One, as it stands now."""
    return _answer(call, await _named(services, call), 200)


async def stop_ingest(services: Services, call: Call) -> Response:
    """202 with the ingest, which ends as soon as what was said is stored."""
    ingest = await _named(services, call)
    await _ingests(services).stop(ingest)
    return _answer(call, ingest, 202)


async def _named(services: Services, call: Call) -> Ingest:
    name = call.named("ingest_id", ingest_not_found())
    return await _ingests(services).get(call.meeting_id, name)


def _ingests(services: Services) -> Ingests:
    if services.ingests is None:
        raise ProtocolError("not_found", "This server hears no streams from elsewhere.", status=404)
    return services.ingests


def _host(call: Call) -> str:
    return call.request.url.hostname or "localhost"


def _answer(call: Call, ingest: Ingest, status: int) -> JSONResponse:
    return json_answer(IngestOut.of(ingest, _host(call)), status)
