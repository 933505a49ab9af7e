"""The calls of those who run the server: alive, ready, metrics."""

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import JSONResponse, Response

from server.http.errors import error_response
from server.http.models import AliveOut, CheckOut, ReadyOut
from server.http.operations import Call
from server.http.services import Services
from streaming.errors import Overloaded

RETRY_AFTER = 2.0
"""Seconds after which asking again whether the server is ready makes sense."""


async def livez(services: Services, _: Call) -> Response:
    """The process runs and its loop turns; nothing else is looked at."""
    return JSONResponse(AliveOut(version=services.version).model_dump())


async def readyz(services: Services, call: Call) -> Response:
    """200 when every check passes, else 503 with the reasons."""
    checks = [CheckOut(name=check.name, ok=check.ok, detail=check.detail) for check in await services.ready()]
    failed = [f"{check.name}: {check.detail or 'not ready'}" for check in checks if not check.ok]
    if failed:
        error = Overloaded(f"Not ready: {'; '.join(failed)}.", RETRY_AFTER, code="not_ready")
        return error_response(error, call.request, checks=[check.model_dump() for check in checks])
    return JSONResponse(ReadyOut(checks=checks).model_dump())


async def metrics(services: Services, _: Call) -> Response:
    """All metrics in Prometheus' text format."""
    return Response(generate_latest(services.registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
