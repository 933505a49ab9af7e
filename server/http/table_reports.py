"""The part of the table of HTTP operations that is about reports, templates and failed work."""

from server.documents.forms import ReportForm, beside_json
from server.http import follow_ups, report_changes, reports, templates
from server.http.models import PageQuery
from server.http.operations import MEETING, Answer, Operation

_TEMPLATE = "/v1/templates/{name}"
_BAD_CURSOR = {400: "`bad_cursor`: the cursor is not one that this list gave."}
_NO_TEMPLATE = {404: "`template_not_found`: there is no template of this name."}

REPORTS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{MEETING}/report",
        reports.get_report,
        "view",
        "Read the report",
        "Without a language model: who spoke how long, what was spoken of when, key moments, questions, "
        "numbers and dates, and possible follow-ups, all quoted from the transcript with its time; no "
        "decisions or tasks are claimed. With one, that report comes first, and the model's is put in its "
        "place when `writing` is over: each statement stands beside the words it rests on. Works while "
        "the meeting is live.",
        tag="reports",
        query=reports.ReportQuery,
        answers={200: Answer("The report.", reports.ReportOut, beside_json(ReportForm))},
        errors={404: "`meeting_not_found`, `report_not_found`."},
    ),
    Operation(
        "POST",
        f"{MEETING}/report",
        report_changes.write_report,
        "manage",
        "Have the report written anew",
        "By a language model, as a new version. What people changed by hand stays, unless it is to be "
        "discarded; until the new one is written, the text of the last one is shown.",
        tag="reports",
        body=report_changes.WriteBody,
        answers={202: Answer("The version that is being written.", report_changes.WritingOut)},
        errors={
            404: "`meeting_not_found`, `template_not_found`.",
            409: "`no_language_model`, `meeting_not_ended`, `report_being_written` or `too_many_reports`.",
        },
    ),
    Operation(
        "GET",
        f"{MEETING}/reports",
        report_changes.list_reports,
        "view",
        "List the versions of the report",
        tag="reports",
        query=PageQuery,
        answers={200: Answer("A page, the newest first.", report_changes.VersionsOut)},
        errors={404: "`meeting_not_found`.", **_BAD_CURSOR},
    ),
    Operation(
        "PATCH",
        f"{MEETING}/report/items/{{item_id}}",
        report_changes.change_item,
        "manage",
        "Change an item of the report",
        "By hand: it is marked so, and stays when the report is written anew.",
        tag="reports",
        body=report_changes.ItemBody,
        answers={200: Answer("The item as it is now.", report_changes.ItemOut)},
        errors={404: "`meeting_not_found`, `report_not_found` or `item_not_found`."},
    ),
    Operation(
        "GET",
        "/v1/templates",
        templates.list_templates,
        "view",
        "List the templates of reports",
        tag="reports",
        query=PageQuery,
        answers={200: Answer("A page: the built-in ones, then the others by name.", templates.TemplatesOut)},
        errors=_BAD_CURSOR,
    ),
    Operation(
        "GET",
        _TEMPLATE,
        templates.get_template,
        "view",
        "Read a template",
        tag="reports",
        answers={200: Answer("The template.", templates.TemplateDetail)},
        errors=_NO_TEMPLATE,
    ),
    Operation(
        "PUT",
        _TEMPLATE,
        templates.put_template,
        "manage",
        "Keep a template of your own",
        "Each time a new version. Under the name of a built-in one it stands in its place.",
        tag="reports",
        body=templates.TemplateBody,
        answers={200: Answer("The template as it was understood.", templates.TemplateDetail)},
        errors={
            409: "`too_many_templates`: 200 are kept.",
            422: "`template_invalid`, `invalid_field`: the message says where and why.",
        },
    ),
    Operation(
        "DELETE",
        _TEMPLATE,
        templates.delete_template,
        "manage",
        "Withdraw a template of your own",
        tag="reports",
        answers={200: Answer("What the name means now.", templates.WithdrawnOut)},
        errors=_NO_TEMPLATE,
    ),
    Operation(
        "GET",
        "/v1/follow-ups",
        follow_ups.list_follow_ups,
        "manage",
        "List what failed after meetings",
        tag="operations",
        query=follow_ups.FollowUpsQuery,
        answers={200: Answer("A page of what failed for good, the newest first.", follow_ups.FollowUpsOut)},
        errors=_BAD_CURSOR,
    ),
    Operation(
        "POST",
        "/v1/follow-ups/{follow_up_id}/replay",
        follow_ups.replay_follow_up,
        "manage",
        "Have failed work done again",
        tag="operations",
        answers={202: Answer("It is queued.", follow_ups.ReplayOut)},
        errors={404: "`follow_up_not_found`."},
    ),
)
