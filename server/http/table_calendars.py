"""The part of the table of HTTP operations that is about calendars."""

from server.http import calendar_models as models
from server.http import calendars
from server.http.operations import Answer, Operation

_CALENDARS = "/v1/calendars"
_CALENDAR = f"{_CALENDARS}/{{calendar_id}}"
_NONE = {404: "`calendar_not_found`: the workspace has no calendar with this id."}

CALENDARS: tuple[Operation, ...] = (
    Operation(
        "POST",
        _CALENDARS,
        calendars.create_calendar,
        "manage",
        "Add a calendar",
        "By the secret address of its feed, which Google, Outlook, Yandex and others publish. It is read "
        "every five minutes, and less often while it fails; meetings of the next days that have a link are "
        "found, repetitions and exceptions included. A day ahead a bot is booked for each, which joins two "
        "minutes before it begins and follows when the meeting is moved or cancelled.",
        tag="calendars",
        body=models.CalendarBody,
        answers={201: Answer("The calendar; it is read at once.", models.CalendarOut)},
        errors={409: "`calendar_exists`: the workspace has it already. `too_many_calendars`: it has 50."},
    ),
    Operation(
        "GET",
        _CALENDARS,
        calendars.list_calendars,
        "manage",
        "List the calendars",
        tag="calendars",
        answers={200: Answer("All calendars.", models.CalendarsOut)},
    ),
    Operation(
        "GET",
        _CALENDAR,
        calendars.get_calendar,
        "manage",
        "Read a calendar and the meetings to come",
        tag="calendars",
        answers={200: Answer("The calendar.", models.CalendarDetail)},
        errors=_NONE,
    ),
    Operation(
        "DELETE",
        _CALENDAR,
        calendars.delete_calendar,
        "manage",
        "Delete a calendar",
        "Bots that have not set out for its meetings are called off.",
        tag="calendars",
        answers={200: Answer("It is deleted.", models.CalendarDeletedOut)},
        errors=_NONE,
    ),
)
