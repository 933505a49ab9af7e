"""The calls on notifications, over a real PostgreSQL: whom to tell, what became of it, how to end it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server.access.access import DEFAULT
from server.notify.dispatch import Links
from server.notify.mail_server import mail_server, sender
from server.notify.targets import digest as digest_of
from server.notify.targets import new_secret, read_notify, single
from server.notify.unsubscribe import Subscriber
from server.notify.wiring import Notices, trial_of
from server.reporting.stored import as_json
from server.store.delivery_records import NewDelivery, Settled
from server.store.postgres import PostgresStore
from server.store.report_records import NewReport
from tests.support.mailbox import Mailbox
from tests.support.node import node
from tests.support.receiver import Receiver
from tests.support.reports import report

SECRET = new_secret()
ANN = {"kind": "email", "to": ["ann@example.org"]}
HOOK = {"kind": "webhook", "url": "https://hooks.example/a/token", "secret": SECRET}
CHAT = {"kind": "chat", "url": "tgram://123:token/chat"}
MASKED = [
    ANN,
    {"kind": "webhook", "url": "https://hooks.example/…", "events": ["meeting.report_ready"]},
    {"kind": "chat", "url": "tgram://…"},
]
PUBLIC = "https://steno.example"


@pytest.fixture
async def http(store: PostgresStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server over the store."""
    parts = {"reports": store.reports, "notifications": store.notifications}
    async with (
        node(store, public_url=PUBLIC, **parts) as one,  # type: ignore[arg-type]
        one.client() as client,
    ):
        yield client


async def a_meeting(http: httpx.AsyncClient, *targets: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post("/v1/meetings", json={"title": "Launch", "notify": {"targets": list(targets)}})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_meeting_shows_whom_it_tells_but_no_key_and_no_token(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    made = await a_meeting(http, ANN, HOOK, CHAT)
    shown = (await http.get(f"/v1/meetings/{made['id']}")).json()
    assert shown["notify"]["targets"] == MASKED
    assert SECRET not in json.dumps(shown)
    assert (await http.get("/v1/meetings")).json()["data"][0]["notify"]["targets"] == MASKED
    meeting = await store.meeting(made["id"])
    assert meeting is not None
    assert meeting.notify == {"targets": [ANN, {**HOOK, "events": ["meeting.report_ready"]}, CHAT]}


async def test_who_names_a_webhook_is_shown_its_secret_once(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    bare = {"kind": "webhook", "url": "https://hooks.example/"}
    made = await a_meeting(http, bare)
    secret = made["notify"]["targets"][0]["secret"]
    meeting = await store.meeting(made["id"])
    assert meeting is not None
    assert meeting.notify is not None
    assert meeting.notify["targets"][0]["secret"] == secret
    path = f"/v1/meetings/{made['id']}"
    changed = (await http.patch(path, json={"notify": {"targets": [bare]}})).json()
    assert changed["notify"]["targets"][0]["secret"] != secret
    titled = (await http.patch(path, json={"title": "x"})).json()
    assert "secret" not in titled["notify"]["targets"][0]
    assert (await http.patch(path, json={"notify": None})).json()["notify"] is None


@pytest.mark.parametrize(
    "notify", [{"email": ["a@example.org"]}, {"targets": [{"kind": "fax"}]}, {"targets": [{**ANN, "to": []}]}]
)
async def test_what_is_no_target_is_refused_in_one_sentence(http: httpx.AsyncClient, notify: Any) -> None:
    for answer in (
        await http.post("/v1/meetings", json={"notify": notify}),
        await http.put("/v1/notifications", json=notify),
    ):
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "invalid_field"


async def test_the_workspace_has_targets_of_its_own(http: httpx.AsyncClient) -> None:
    first = (await http.get("/v1/notifications")).json()
    assert first["targets"] == []
    assert first["mail"] is False
    put = (await http.put("/v1/notifications", json={"targets": [ANN, HOOK, CHAT]})).json()
    assert put["targets"][1]["secret"] == SECRET
    after = (await http.get("/v1/notifications")).json()
    assert after["targets"] == MASKED
    assert after["push_key"] == put["push_key"] == first["push_key"]


async def test_deliveries_are_listed_and_sent_again(http: httpx.AsyncClient, store: PostgresStore) -> None:
    made = await a_meeting(http, HOOK)
    (target,) = single(read_notify({"targets": [HOOK]}))
    new = NewDelivery("webhook", digest_of(target), target.model_dump(mode="json"))
    await store.notifications.add_deliveries(made["id"], 1, 1, [new])
    (taken,) = await store.notifications.claim(1, 60)
    await store.notifications.settle(taken, Settled("failed", "refused", "The receiver answered 404."))
    (listed,) = (await http.get(f"/v1/meetings/{made['id']}/deliveries")).json()["data"]
    assert (listed["id"], listed["state"], listed["attempts"]) == (taken.id, "failed", 1)
    assert listed["error"] == {"code": "refused", "message": "The receiver answered 404."}
    assert listed["target"] == MASKED[1]
    assert listed["next_at"] is None
    again = await http.post(f"/v1/deliveries/{taken.id}/replay")
    assert again.status_code == 202
    assert (again.json()["state"], again.json()["error"]) == ("pending", None)


async def test_a_preview_shows_what_would_be_told(http: httpx.AsyncClient, store: PostgresStore) -> None:
    made = await a_meeting(http)
    value = as_json(report(meeting_id=made["id"]))
    await store.reports.add_report(made["id"], NewReport("general", "en", value, 1))
    shown = (await http.post(f"/v1/meetings/{made['id']}/notifications/preview")).json()
    assert shown["subject"] == "Report: Launch"
    assert "we launch with Stripe on November fourth" in shown["text"]
    assert f'href="{PUBLIC}/meetings/{made["id"]}"' in shown["html"]
    assert shown["event"] == "meeting.report_ready"
    assert shown["data"]["meeting_url"] == f"{PUBLIC}/meetings/{made['id']}"


async def test_a_preview_of_a_meeting_without_a_report_is_of_its_words(http: httpx.AsyncClient) -> None:
    made = await a_meeting(http)
    shown = (await http.post(f"/v1/meetings/{made['id']}/notifications/preview")).json()
    assert "Nothing was said." in shown["text"]


@pytest.mark.parametrize("path", ["meetings/none/deliveries", "deliveries/x.y/replay"])
async def test_what_is_not_there_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    method = "POST" if path.endswith("replay") else "GET"
    assert (await http.request(method, f"/v1/{path}")).status_code == 404


async def test_a_visit_to_the_unsubscribe_link_asks_and_only_the_button_ends_mail(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    keys = await store.notifications.notification_settings(DEFAULT)
    link = Links(PUBLIC).unsubscribe(Subscriber(DEFAULT, "ann@example.org"), keys.mail_key)
    assert link is not None
    path = link.removeprefix(PUBLIC)
    (target,) = single(read_notify({"targets": [ANN]}))
    asked = await http.get(path, headers={"Accept-Language": "ru-RU,ru"})
    assert "ann@example.org" in asked.text
    assert "Отписаться" in asked.text
    assert "form-action 'self'" in asked.headers["Content-Security-Policy"]
    assert await store.notifications.silence_of(DEFAULT, digest_of(target)) is None
    # As mail programs send it by themselves (RFC 8058).
    done = await http.post(path, data={"List-Unsubscribe": "One-Click"})
    assert "gets no more mail" in done.text
    assert await store.notifications.silence_of(DEFAULT, digest_of(target)) == "unsubscribed"
    for method in ("GET", "POST"):
        assert (await http.request(method, path[:-2] + "xx")).status_code == 404


TARGETS = "/v1/notifications/targets"


async def test_one_target_is_added_exchanged_and_removed_and_the_others_keep_their_keys(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    await http.put("/v1/notifications", json={"targets": [HOOK, CHAT]})
    added = await http.post(TARGETS, json={"target": ANN})
    assert (added.status_code, added.json()["target"]) == (201, ANN)
    listed = (await http.get(TARGETS)).json()["data"]
    assert [one["target"] for one in listed] == [MASKED[1], MASKED[2], ANN]
    bo = {"kind": "email", "to": ["bo@example.org"]}
    changed = (await http.put(f"{TARGETS}/{added.json()['id']}", json={"target": bo})).json()
    assert changed["target"] == bo
    assert changed["id"] != added.json()["id"]
    assert (await http.put(f"{TARGETS}/{added.json()['id']}", json={"target": ANN})).status_code == 404
    kept = (await store.notifications.notification_settings(DEFAULT)).notify
    assert kept == {"targets": [{**HOOK, "events": ["meeting.report_ready"]}, CHAT, bo]}
    assert (await http.delete(f"{TARGETS}/{listed[1]['id']}")).status_code == 204
    left = (await http.get(TARGETS)).json()["data"]
    assert [one["target"] for one in left] == [MASKED[1], bo]


async def test_who_adds_a_webhook_is_shown_its_secret_and_one_receiver_is_told_once(
    http: httpx.AsyncClient,
) -> None:
    bare = {"kind": "webhook", "url": "https://hooks.example/"}
    first, second = [(await http.post(TARGETS, json={"target": bare})).json() for _ in range(2)]
    assert first["id"] == second["id"]
    assert first["target"]["secret"] != second["target"]["secret"]
    (only,) = (await http.get(TARGETS)).json()["data"]
    assert "secret" not in only["target"]


async def test_there_are_no_more_targets_than_can_be_told(http: httpx.AsyncClient) -> None:
    many = [{"kind": "chat", "url": f"tgram://{at}/chat"} for at in range(20)]
    assert (await http.put("/v1/notifications", json={"targets": many})).status_code == 200
    answer = await http.post(TARGETS, json={"target": ANN})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_field")
    assert len((await http.get(TARGETS)).json()["data"]) == 20


async def test_a_target_is_tried_and_what_became_of_it_is_answered(store: PostgresStore) -> None:
    box, receiver = Mailbox(), Receiver([(204, {}), (410, {})])
    async with box.served() as mail, receiver.served() as at:
        by = sender("Steno <steno@example.org>")
        how = Notices(PUBLIC, (mail_server(f"smtp://{mail}"), by), allow_private=True)
        trial = trial_of(store, how)
        async with (
            node(store, notifications=store.notifications, trial=trial) as one,
            one.client() as client,
        ):
            for target in (ANN, {"kind": "webhook", "url": at}):
                name = (await client.post(TARGETS, json={"target": target})).json()["id"]
                answer = await client.post(f"{TARGETS}/{name}/test")
                assert answer.json() == {"sent": True, "error": None}
            refused = (await client.post(f"{TARGETS}/{name}/test")).json()
            assert (refused["sent"], refused["error"]["code"]) == (False, "gone")
    (letter,) = box.letters()
    assert "This is a test" in dict(letter)["Subject"]
    assert len(receiver.got) == 2
