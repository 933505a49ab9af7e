"""The calls on calendars: whose meetings bots are sent to, and what was found in each."""

from starlette.responses import Response

from server.http.answers import json_answer
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


async def create_calendar(services: Services, call: Call) -> Response:
    """201 with the calendar, and its address in `Location`."""
    body: CalendarBody = call.body
    made = await services.calendars.create(call.workspace, body.new())
    return json_answer(CalendarOut.of(made), 201, {"Location": f"/v1/calendars/{made.id}"})


async def list_calendars(services: Services, call: Call) -> Response:
    """The workspace's."""
    found = await services.calendars.calendars(call.workspace)
    return json_answer(CalendarsOut(data=[CalendarOut.of(one) for one in found]))


async def get_calendar(services: Services, call: Call) -> Response:
    """One, with the meetings to come."""
    return json_answer(
        CalendarDetail.with_meetings(*await services.calendars.calendar(call.workspace, _calendar(call)))
    )


async def delete_calendar(services: Services, call: Call) -> Response:
    """With what was read of it."""
    calendar = _calendar(call)
    await services.calendars.remove(call.workspace, calendar)
    return json_answer(CalendarDeletedOut(id=calendar))
