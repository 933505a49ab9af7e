"""Another workspace sees nothing: every route and every WebSocket of the application is walked.

The routes are those of the running application, so that a new one is walked too; one with a parameter or a
socket that this module does not know fails here until it is taught.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.http.pages import pages
from server.http.table import OPERATIONS
from server.http.targets import name_of
from server.notify.targets import read_notify, stored
from server.recorder.sending import Order, Sending
from server.recording.vault import Vault
from server.store.delivery_records import NewDelivery
from server.store.engine import transaction
from server.store.ingest_records import NewIngest, Progress
from server.store.picture_records import NewPage, NewPicture
from server.store.postgres import PostgresStore
from server.store.records import Lease, NewMeeting
from server.store.report_records import Failure, NewReport
from server.store.schema import meetings
from summarizer.template import source_of
from tests.support import calendar_refusals
from tests.support.application import Application, a_key, application
from tests.support.calls import Call
from tests.support.desks import a_held_meeting
from tests.support.listening import listens
from tests.support.recording import recorded, vault_in
from tests.support.recordings import encoded, sentence
from tests.support.report_refusals import EMPTY
from tests.support.wire import PCM, wire

PAGES = {
    *("/", "/meetings", "/meetings/{meeting_id}", "/widget", "/embed/{meeting_id}", "/static"),
    *("/settings", "/admin"),
}
"""What holds nothing of anybody: pages that ask for everything by calls."""
BODIES: dict[str, dict[str, Any]] = {
    "/v1/webhooks/{webhook_id}/replay": {"since": "2026-11-26T00:00:00Z"},
    "/v1/meetings/{meeting_id}/speakers": {"names": {"Ann": "Bo"}},
    "/v1/meetings/{meeting_id}/segments/{segment_id}": {"version": 0, "text": "changed"},
    "/v1/notifications/targets": {"target": {"kind": "email", "to": ["ann@example.org"]}},
    "/v1/notifications/targets/{target_id}": {"target": {"kind": "email", "to": ["bo@example.org"]}},
    "/v1/bots": {"meeting_url": "https://meet.example/open", "join_at": "2999-01-01T00:00:00Z"},
}
"""What calls are made with that need more than an empty object."""
ASKED = {"/v1/search": {"q": "launch"}}
"""What a call must ask by its query."""
BODY_FIRST = {("PUT", "/v1/templates/{name}"): 422}
"""Where a wrong body is refused first; one's own template may have any name."""
SHARED = {"/v1/models/{model}": {"model": "base"}}
"""What is the server's and nobody's own, with a name that is there."""
NUMBERS = {"/v1/meetings/{meeting_id}/pictures/{number}": {"number": "1"}}
"""Names of one path alone, too short to be looked for in answers."""
SECRET_WORDS = ("budget-of-acme", "Bearer-of-acme")


@dataclass(frozen=True, slots=True)
class Owned:
    """What a workspace has, by the names of the parameters in paths."""

    key: str
    names: dict[str, str]
    session: dict[str, Any]

    @property
    def unknown(self) -> dict[str, str]:
        """Names of the same form that nobody has."""
        return {name: f"{value[:4]}{'0' * (len(value) - 4)}" for name, value in self.names.items()}


async def owned(store: PostgresStore, one: Application, workspace: str, vault: Vault) -> Owned:
    """A workspace with one of everything."""
    key = await a_key(store, workspace)
    meeting = await a_held_meeting(store, title=SECRET_WORDS[0])
    async with transaction(store._engine) as connection:
        mine = meetings.c.id == meeting
        await connection.execute(update(meetings).where(mine).values(workspace_id=workspace))
    await store.reports.add_report(meeting, NewReport("general", "", EMPTY | {"meeting_id": meeting}))
    await store.reports.add_dead_letter("report", meeting, 1, step="verify", failure=Failure("x", "X."))
    target = {"kind": "webhook", "url": "http://127.0.0.1:1/", "secret": SECRET_WORDS[1]}
    await store.notifications.add_deliveries(meeting, 1, 1, [NewDelivery("webhook", "digest", target)])
    (delivery,) = await store.notifications.deliveries(meeting)
    webhook = await listens(
        store, f"https://{SECRET_WORDS[1]}.example/", "meeting.deleted", workspace=workspace
    )
    calendar = await store.calendars.create(
        workspace, calendar_refusals.NEW | {"url": "https://a.example/", "name": SECRET_WORDS[0]}
    )
    await store.reports.put_template(workspace, "of-acme", 1, source_of("general"))
    (stored,) = await store.access.keys(workspace)
    later = datetime.now(UTC) + timedelta(days=1)
    order = Order(f"https://meet.example/{SECRET_WORDS[0]}", join_at=later, meeting_id=meeting)
    bot = await Sending(store.bots).send(workspace, order)
    async with wire(one.socket("/v1/stream"), subprotocols=["steno.v1", f"bearer.{key}"]) as client:
        session = await client.start()
    deleted = await store.create_meeting(NewMeeting(title=SECRET_WORDS[0]), workspace)
    async with one.client(key) as client:
        upload = await client.post("/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "1000"})
        assert upload.status_code == 201, upload.text
    recording = await recorded(store, vault, meeting, f"ses-{meeting}", sentence())
    await store.pictures.add(meeting, NewPicture("slide", "image/jpeg", SECRET_WORDS[0].encode(), "0" * 64))
    await store.pictures.keep_page(meeting, NewPage("https://a.example/", SECRET_WORDS[1], SECRET_WORDS[0]))
    names = {
        "ingest_id": await heard(store, meeting),
        "recording_id": recording,
        "upload_id": upload.headers["location"].rpartition("/")[2],
        "segment_id": (await store.segments(meeting))[0].segment.id,
        "meeting_id": meeting,
        "deletion_id": (await store.delete_meeting(deleted.id)).id,
        "item_id": "itm_1",
        "delivery_id": delivery.id,
        "target_id": await told_of_reports(store, workspace),
        "follow_up_id": f"report-{meeting}-1",
        "name": "of-acme",
        "key_id": stored.id,
        "webhook_id": webhook.id,
        "bot_id": bot.id,
        "calendar_id": calendar.id,
        "token": "token-of-a-mail",
        "number": "0000003",
        "peer": "of-acme",
    }
    return Owned(key, names, session)


async def told_of_reports(store: PostgresStore, workspace: str) -> str:
    """A target of the workspace."""
    notify = read_notify({"targets": [{"kind": "email", "to": [f"{SECRET_WORDS[1]}@example.org"]}]})
    await store.notifications.put_notifications(workspace, stored(notify), [])
    return name_of(notify.targets[0])


async def heard(store: PostgresStore, meeting: str) -> str:
    """An ingest that is over."""
    new = NewIngest("ing_of-acme-0001", meeting, None, "ses_1", "token", url=f"http://{SECRET_WORDS[1]}/")
    await store.ingests.add(new, Lease("node", 60))
    assert await store.ingests.note(new.id, "node", Progress("ended"))
    return new.id


@pytest.fixture
async def walked(
    database_url: str, store: PostgresStore, tmp_path: Path
) -> AsyncIterator[tuple[Application, Owned]]:
    async with application(database_url, resume_seconds=30, recordings=str(tmp_path)) as one:
        yield one, await owned(store, one, "acme", vault_in(tmp_path))


def scope_of(method: str, path: str) -> str | None:
    """The scope of an operation; fails for a route that is not in the table."""
    (found,) = [one for one in OPERATIONS if (one.method, one.path) == (method, path)]
    return found.scope


def routes(one: Application) -> Iterator[tuple[str, str]]:
    """Method and path of every route that is no page."""
    for route in one.app.routes:
        if isinstance(route, WebSocketRoute) or getattr(route, "path", None) in PAGES:
            continue
        assert isinstance(route, Route), f"{route} is neither a route nor a page that is known"
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, route.path


async def told(client: httpx.AsyncClient, method: str, path: str, names: dict[str, str]) -> tuple[int, str]:
    """Status and body of a call, without what is of this one call alone. Of a stream only its head."""
    body = BODIES.get(path, {}) if method != "GET" else None
    given = names | SHARED.get(path, {}) | NUMBERS.get(path, {})
    address, query = path.format_map(given), ASKED.get(path)
    async with client.stream(method, address, json=body, params=query) as answer:
        streams = answer.headers.get("content-type", "").startswith("text/event-stream")
        text = "" if streams else (await answer.aread()).decode(errors="replace")
        if answer.is_error:
            error = json.loads(text)
            error.get("error", error).pop("request_id", None)  # Vendors' clients read forms of their own.
            text = json.dumps(error)
        return answer.status_code, text


async def test_another_workspace_sees_nothing(
    walked: tuple[Application, Owned], store: PostgresStore
) -> None:
    one, acme = walked
    before = await everything_of(one, acme)
    for workspace in ("other", "default"):
        async with one.client(await a_key(store, workspace)) as client:
            for method, path in routes(one):
                where = f"{workspace}: {method} {path}"
                theirs = await told(client, method, path, acme.names)
                if "{" in path and path not in SHARED and scope_of(method, path) is not None:
                    assert theirs == await told(client, method, path, acme.unknown), where
                    assert theirs[0] == BODY_FIRST.get((method, path), 404), where
                for word in (*SECRET_WORDS, *acme.names.values()):
                    assert word == "token-of-a-mail" or word not in theirs[1], where
    assert await everything_of(one, acme) == before


OF_THE_CALLER = ("/unsubscribe", "/v1/usage", "/metrics", "/v1/keys", "/v3/token", "/v1/admin")
"""Reading these is about the caller or the server, or changes what is read."""


async def everything_of(one: Application, acme: Owned) -> dict[str, Any]:
    """What the owner reads of its own; it is there."""
    found = {}
    async with one.client(acme.key) as client:
        for method, path in routes(one):
            if method != "GET" or path.startswith(OF_THE_CALLER):
                continue
            status, body = await told(client, method, path, acme.names)
            assert status == 200, path
            found[path] = body
    for path in ("/v1/meetings", "/v1/search"):
        assert acme.names["meeting_id"] in found[path]
    # The server itself goes on with what it has to do after the meeting.
    changing = (
        "/deliveries",
        "/webhooks",
        "{webhook_id}",
        "/calendars",
        "{calendar_id}",
        "/readyz",
        "/retention",
        "/report",
        "/reports",
        "/follow-ups",
        "{meeting_id}",
    )
    return {path: body for path, body in found.items() if not path.endswith(changing)}


Probe = Callable[[Application, str, str], Awaitable[tuple[int, str]]]


async def probe_captions(one: Application, key: str, meeting: str) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            one.socket(f"/v1/meetings/{meeting}/captions"),
            additional_headers={"Authorization": f"Bearer {key}"},
            proxy=None,
        ):
            pass
    error = json.loads(refused.value.response.body or b"")["error"]
    return refused.value.response.status_code, error["message"]


async def probe_stream(one: Application, key: str, meeting: str) -> tuple[int, str]:
    async with stream(one, key) as client:
        await client.say({"type": "start", "audio": PCM, "meeting": meeting})
        close = await client.rest()
        return close, client.heard[-1]["message"].replace(meeting, "…")


async def probe_listen(one: Application, key: str, meeting: str, path: str = "/v1/listen") -> tuple[int, str]:
    query = f"encoding=linear16&sample_rate=16000&extra=meeting:{meeting}"
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            one.socket(f"{path}?{query}"),
            additional_headers={"Authorization": f"Token {key}"},
            proxy=None,
        ):
            pass
    body = json.loads(refused.value.response.body or b"")
    return refused.value.response.status_code, body["err_msg"].replace(meeting, "…")


async def probe_call(one: Application, key: str, meeting: str) -> tuple[int, str]:
    async with connect(one.socket("/twilio"), proxy=None) as socket:
        await Call(socket, ("inbound",)).start(token=key, meeting=meeting)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


async def probe_realtime(one: Application, key: str, meeting: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {key}"}
    address = one.socket(f"/v1/realtime?meeting={meeting}")
    async with connect(address, additional_headers=headers, proxy=None) as socket:
        await socket.recv()
        await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": "AAAA"}))
        error = json.loads(await socket.recv())["error"]
        await socket.wait_closed()
    return socket.close_code or 0, error["message"].replace(meeting, "…")


PROBES: dict[str, Probe] = {
    "/twilio": probe_call,
    "/v1/listen": probe_listen,
    "/v2/listen": partial(probe_listen, path="/v2/listen"),
    "/v1/realtime": probe_realtime,
    "/v1/stream": probe_stream,
    "/v1/meetings/{meeting_id}/captions": probe_captions,
}

NAMELESS = {"/v2", "/v2/", "/v2/{language}", "/v3/ws"}
"""Sockets whose wire has no word for a meeting: theirs is a new one, or that of their token."""


@asynccontextmanager
async def stream(one: Application, key: str) -> AsyncIterator[Any]:
    async with wire(one.socket("/v1/stream"), subprotocols=["steno.v1", f"bearer.{key}"]) as client:
        yield client


async def test_another_workspace_enters_no_meeting_by_a_socket(
    walked: tuple[Application, Owned], store: PostgresStore
) -> None:
    one, acme = walked
    sockets = {route.path for route in one.app.routes if isinstance(route, WebSocketRoute)}
    assert sockets == {*PROBES, *NAMELESS}
    key = await a_key(store, "other")
    for path, probe in PROBES.items():
        theirs = await probe(one, key, acme.names["meeting_id"])
        assert theirs == await probe(one, key, acme.unknown["meeting_id"]), path
        assert theirs[0] in {404, 1008}, path


async def test_another_workspace_brings_no_recording_into_a_meeting(
    walked: tuple[Application, Owned], store: PostgresStore
) -> None:
    one, acme = walked
    recording = encoded(sentence(), "wav", "pcm_s16le")
    async with one.client(await a_key(store, "other")) as client:
        told = []
        for names in (acme.names, acme.unknown):
            where = {"extra": f"meeting:{names['meeting_id']}"}
            answer = await client.post("/v1/listen", params=where, content=recording)
            told.append((answer.status_code, answer.json()["err_msg"].replace(names["meeting_id"], "…")))
            form = {"model": "base", "meeting": names["meeting_id"]}
            answer = await client.post("/v1/audio/transcriptions", data=form, files={"file": recording})
            error = answer.json()["error"]["message"].replace(names["meeting_id"], "…")
            told.append((answer.status_code, error))
    assert told == [(404, "There is no meeting '…'.")] * 4


async def test_another_workspace_resumes_no_session_even_with_its_token(
    walked: tuple[Application, Owned], store: PostgresStore
) -> None:
    one, acme = walked
    other = await a_key(store, "other")
    named = {"session": acme.session["session"], "token": acme.session["resume_token"], "seq": 0}
    for _ in ("in the process that has it", "in one that finds it in the store"):
        async with stream(one, other) as client:
            await client.say({"type": "resume", **named})
            assert await client.rest() == 1008
            assert client.heard[-1]["code"] == "session_not_found"
        async with stream(one, acme.key) as client:
            await client.say({"type": "resume", **named})
            assert (await client.until("resumed"))["session"] == acme.session["session"]
        for live in one.app.state.sessions.kept():
            live.drain()
            await live.over.wait()


async def test_a_token_reaches_its_meeting_and_nothing_beside_it(
    walked: tuple[Application, Owned], store: PostgresStore
) -> None:
    one, acme = walked
    async with one.client(acme.key) as owner:
        made = await owner.post("/v1/meetings", json={})
        path = f"/v1/meetings/{made.json()['id']}/tokens"
        token = (await owner.post(path, json={"scope": "view"})).json()["token"]
    own = acme.names | {"meeting_id": made.json()["id"]}
    async with one.client(token) as client:
        for method, path in routes(one):
            scope = scope_of(method, path)
            if scope is None:
                continue
            status, _ = await told(client, method, path, acme.names)
            expected = 403 if scope != "view" or "{meeting_id}" not in path else 404
            assert status == expected, f"{method} {path}"
            if expected == 404:
                mine, _ = await told(client, method, path, own)
                assert mine != 403, f"{method} {path}"


def test_pages_hold_nothing() -> None:
    async def nobody(_: str) -> tuple[str, ...]:
        return ()

    assert {route.path for route in pages(nobody) if isinstance(route, Route | Mount)} == PAGES
