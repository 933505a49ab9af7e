"""The reports of one meeting over HTTP, in whatever state a test puts them.

In: reports and what becomes of them. Out: the routes that a page asks, and what was asked. A change by hand
is made by the room that makes it on the server.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, cast

from playwright.sync_api import Page
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from summarizer.edits import Changes, edit
from summarizer.extractive import extractive_report
from summarizer.schema import Dropped, Item, Line, Model, Quote, Report, Section, Stats, to_json

LINES = (
    Line("1", "Anna", 2.0, 8.0, "Good morning, let us begin with the hosting budget of the second quarter."),
    Line("2", "Boris", 9.0, 17.0, "We spent 42,000 dollars on hosting, which is eleven percent above plan."),
    Line(
        "3", "Anna", 18.0, 26.0, "Then we agree: two new servers, and the launch moves to the tenth of May."
    ),
    Line("4", "Boris", 27.0, 33.0, "I will send the contract to the lawyers by Friday."),
    Line("5", "Chen", 34.0, 41.0, "Who will tell the customers that the launch is later?"),
    Line("6", "Anna", 42.0, 47.0, "Let us keep that open until Monday."),
)
TEMPLATES = [
    {
        "name": "general",
        "version": 1,
        "title": {"en": "General meeting", "ru": "Общая встреча"},
        "built_in": True,
    },
    {"name": "standup", "version": 1, "title": {"en": "Stand-up", "ru": "Стендап"}, "built_in": True},
]
REFUSED = {"error": {"code": "busy_just_now", "message": "The item cannot be changed just now."}}


def quoted() -> Report:
    """The report without a language model."""
    return extractive_report("mtg_1", LINES, title="Hosting")


def written(*, model: str = "qwen3-8b") -> Report:
    """The report of a language model."""
    return Report(
        meeting_id="mtg_1",
        template="general",
        template_version=1,
        language="en",
        status="ok",
        covered=((2.0, 47.0),),
        stats=Stats((("Anna", 19.0), ("Boris", 14.0), ("Chen", 7.0)), 6, 72),
        title="Hosting budget and launch",
        gist="Hosting runs above plan; two servers are bought and the launch moves to 10 May.",
        sections=(
            Section(
                "decisions",
                "Decisions",
                "decisions",
                (_item("d-1", "Two new servers are bought; the launch moves to 10 May.", 2),),
            ),
            Section(
                "actions",
                "Action items",
                "actions",
                (
                    replace(
                        _item("a-1", "Send the contract to the lawyers.", 3),
                        owner="Boris",
                        due_text="by Friday",
                        due_date=date(2026, 5, 1),
                    ),
                    replace(_item("a-2", "Tell the customers about the later launch.", 4), flags=("owner",)),
                ),
            ),
            Section(
                "summary",
                "Summary",
                "bullets",
                (replace(_item("s-1", "Hosting cost 42,000 dollars, 11 % above plan.", 1), support="weak"),),
            ),
        ),
        dropped=(
            Dropped(
                "decisions",
                Item("d-2", "The budget of 50,000 dollars was approved.", ("2",)),
                "the cited lines do not say the number 50,000",
            ),
        ),
        model=Model("localhost", model, "json_schema", 1, 900, 200, 0, 4.0),
    )


def _item(name: str, text: str, line: int) -> Item:
    said = LINES[line]
    return Item(
        name, text, (said.id,), (Quote(said.id, said.start, said.end, said.text, said.speaker),), "lexical"
    )


def show_again(page: Page) -> None:
    """The page becomes visible, at which it asks for a report that is being written without waiting."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


class ReportDesk:
    """What a page finds at the addresses of a meeting's report."""

    def __init__(self, refused: Callable[[Request], Response | None]) -> None:
        self._refused = refused
        self.clear()

    def clear(self) -> None:
        """No report, and none to come."""
        self.versions: list[Report] = []
        self.writing = self.retryable = self.refusing = False
        self.reason: str | None = None
        self.asked = 0
        self.wishes: list[dict[str, Any]] = []
        self.changes: list[tuple[str, dict[str, Any]]] = []

    def store(self, report: Report, *, writing: bool = False) -> None:
        """A new version."""
        self.versions.append(report)
        self.writing = writing

    def finish(self, report: Report) -> None:
        """The newest version is written."""
        self.versions[-1] = report
        self.writing = False

    def routes(self) -> list[Route]:
        """Everything that a page asks about the report."""
        meeting = "/v1/meetings/{meeting}"
        return [
            Route(f"{meeting}/report", self._read),
            Route(f"{meeting}/report", self._write, methods=["POST"]),
            Route(f"{meeting}/reports", self._versions),
            Route(f"{meeting}/report/items/{{item}}", self._change, methods=["PATCH"]),
            Route("/v1/templates", self._templates),
        ]

    async def _read(self, request: Request) -> Response:
        self.asked += 1
        if refused := self._refused(request):
            return refused
        if not self.versions:
            return JSONResponse({"error": {"code": "report_not_found", "message": "No report."}}, 404)
        number = int(request.query_params.get("version", len(self.versions)))
        version = self.versions[number - 1]
        if request.query_params.get("format") in {"md", "html"}:
            return PlainTextResponse(f"version {number}")
        return JSONResponse(
            {
                "version": number,
                "created_at": f"2026-11-26T1{number}:00:00Z",
                # It moves with each part that a language model has written.
                "updated_at": f"2026-11-26T1{number}:00:{self.asked:02}Z",
                "status": version.status,
                "writing": self.writing,
                "reason": self.reason,
                "writable": True,
                "retryable": self.retryable,
                "report": json.loads(to_json(version)),
            }
        )

    async def _write(self, request: Request) -> Response:
        self.wishes.append(await request.json())
        if self.refusing:
            return JSONResponse({"error": {"code": "no_language_model", "message": "See STENO_X."}}, 409)
        self.writing, self.reason, self.retryable = True, None, False
        self.versions.append(self.versions[-1])
        return JSONResponse({"version": len(self.versions), "status": "writing"}, 202)

    async def _versions(self, _: Request) -> Response:
        data = [
            {
                "version": number,
                "status": one.status,
                "template": one.template,
                "template_version": 1,
                "language": "en",
                "created_at": f"2026-11-26T1{number}:00:00Z",
                "reason": None,
                "model": one.model and one.model.model,
            }
            for number, one in enumerate(self.versions, 1)
        ]
        return JSONResponse({"data": data, "next_cursor": None})

    async def _change(self, request: Request) -> Response:
        name, asked = request.path_params["item"], await request.json()
        self.changes.append((name, dict(asked)))
        if self.refusing:
            return JSONResponse(REFUSED, 409)
        if asked.get("due_date"):
            asked["due_date"] = date.fromisoformat(asked["due_date"])
        self.versions[-1] = edit(self.versions[-1], name, cast("Changes", asked))
        return JSONResponse({"version": len(self.versions), "item": {}})

    async def _templates(self, _: Request) -> Response:
        return JSONResponse({"data": TEMPLATES})
