"""The calls on meetings: make, list, read, change, delete."""

from starlette.responses import Response

from server.http.answers import json_answer
from server.http.deletions import deleted_answer
from server.http.models import (
    CoverageOut,
    ListedMeeting,
    ListQuery,
    MeetingBody,
    MeetingDetail,
    MeetingList,
    MeetingOut,
    ReportStatus,
    SessionOut,
)
from server.http.operations import Call, found_meeting
from server.http.services import Services
from server.notify.targets import told
from server.store.records import Meeting, MeetingStatus
from server.store.report_records import ReportHead


async def create_meeting(services: Services, call: Call) -> Response:
    """201 with the new meeting, and its address in `Location`."""
    body: MeetingBody = call.body
    meeting = await services.store.create_meeting(body.new(), call.workspace)
    location = {"Location": f"/v1/meetings/{meeting.id}"}
    return json_answer(_with_secrets(meeting, body), 201, location)


async def list_meetings(services: Services, call: Call) -> Response:
    """A page, newest first."""
    query: ListQuery = call.query
    among = {name: getattr(query, name) for name in ("limit", "status", "q", "since", "until")}
    page = await services.store.meetings(call.workspace, cursor=query.cursor or None, **among)
    heads = await services.reports.newest_heads([meeting.id for meeting in page.meetings])
    data = [
        ListedMeeting.of(meeting, report_status=_report_status(heads.get(meeting.id), meeting.status))
        for meeting in page.meetings
    ]
    return json_answer(MeetingList(data=data, next_cursor=page.next_cursor))


async def get_meeting(services: Services, call: Call) -> Response:
    """One meeting with its sessions and coverage."""
    meeting = await found_meeting(services, call)
    sessions = await services.store.sessions(meeting.id)
    heads = await services.reports.newest_heads([meeting.id])
    detail = MeetingDetail.of(
        meeting,
        coverage=CoverageOut.of(meeting.coverage),
        sessions=[SessionOut.of(session) for session in sessions],
        report_status=_report_status(heads.get(meeting.id), meeting.status),
    )
    return json_answer(detail)


def _report_status(newest: ReportHead | None, status: MeetingStatus) -> ReportStatus:
    """Of the newest version; `pending` while it is to come or is being written."""
    if newest is None:
        return "pending" if status == "ended" else "off"
    if newest.writing:
        return "pending"
    return "failed" if newest.failure_code else "ready"


async def update_meeting(services: Services, call: Call) -> Response:
    """The meeting with the fields that were sent changed; a body without any changes nothing."""
    body: MeetingBody = call.body
    changes = body.changes()
    if changes:
        meeting = await services.store.update_meeting(call.meeting_id, changes)
    else:
        meeting = await found_meeting(services, call)
    return json_answer(_with_secrets(meeting, body))


def _with_secrets(meeting: Meeting, body: MeetingBody) -> MeetingOut:
    """Who names a webhook is shown its secret, once: it may have been made for it."""
    if body.notify is None:
        return MeetingOut.of(meeting)
    return MeetingOut.of(meeting, notify=told(meeting.notify, secrets=True))


async def delete_meeting(services: Services, call: Call) -> Response:
    """The receipt. Who streams to the meeting or watches it is told, and sent away."""
    deletion = await services.store.delete_meeting(call.meeting_id)
    services.hub.delete(deletion.meeting_id)
    return deleted_answer(deletion)
