"""The calls on calendars: whose meetings bots are sent to, and what was found in each."""

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from server.http.calendar_models import (
    CalendarBody,
    CalendarDeletedOut,
    CalendarDetail,
    CalendarOut,
    CalendarsOut,
)
from server.http.operations import Call
from server.http.services import Services
from server.store.calendars import calendar_not_found


def _calendar(call: Call) -> str:
    return call.named("calendar_id", calendar_not_found())


def _json(out: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(out.model_dump(mode="json"), status, headers)


async def create_calendar(services: Services, call: Call) -> Response:
    """201 with the calendar, and its address in `Location`."""
    body: CalendarBody = call.body
    made = await services.calendars.create(call.workspace, body.new())
    return _json(CalendarOut.of(made), 201, {"Location": f"/v1/calendars/{made.id}"})


async def list_calendars(services: Services, call: Call) -> Response:
    """The workspace's."""
    found = await services.calendars.calendars(call.workspace)
    return _json(CalendarsOut(data=[CalendarOut.of(one) for one in found]))


async def get_calendar(services: Services, call: Call) -> Response:
    """One, with the meetings to come."""
    return _json(
        CalendarDetail.with_meetings(*await services.calendars.calendar(call.workspace, _calendar(call)))
    )


async def delete_calendar(services: Services, call: Call) -> Response:
    """With what was read of it."""
    calendar = _calendar(call)
    await services.calendars.remove(call.workspace, calendar)
    return _json(CalendarDeletedOut(id=calendar))
