"""A deleted meeting is gone: from every table, for those who stream to it and watch it; a receipt stays."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from prometheus_client import CollectorRegistry

from server.access.access import DEFAULT
from server.http.deletions import DeletionOut
from server.jobs.follow_up import Ending, Step, Work
from server.jobs.runner import follow_ups
from server.metrics import Metrics
from server.store.correction_records import Correction
from server.store.delivery_records import NewDelivery
from server.store.picture_records import NewPage, NewPicture
from server.store.postgres import PostgresStore
from server.store.records import Lease, NewMeeting, NewSession, Progressed
from server.store.report_records import Failure, NewReport
from streaming.errors import NotFound
from streaming.ledger import Interval
from streaming.segments import Coverage
from tests.integration.store.made import a_segment, a_session
from tests.support.grep import forms, tables_with
from tests.support.listening import listens
from tests.support.node import Node, node
from tests.support.refusals import captions, closed
from tests.support.triggers import JOBS, telling
from tests.support.wire import wire

TITLE, SPEAKER, WORD, GUEST = "Квазитронный совет", "Ёлкин-Zubrowski", "флогистонка", "guest@zyxland.example"
SECRETS = (TITLE, SPEAKER, WORD, GUEST)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that hears of work that has failed."""
    async with telling(database_url, "status", JOBS, what="NEW.status") as connection:
        yield connection


async def a_meeting_of_everything(store: PostgresStore) -> str:
    """An ended meeting that has rows in every table of meetings, each with some of the secrets."""
    new = NewMeeting(TITLE, hotwords=(WORD,), notify={"to": GUEST}, metadata={WORD: [SPEAKER]})
    meeting = (await store.create_meeting(new)).id
    options = {"title": TITLE, "speaker": SPEAKER, "hotwords": [WORD]}
    session = replace(a_session(f"ses-{meeting}"), speaker=SPEAKER, options=options, token_hash="0")
    await store.open_session(meeting, session)
    said = a_segment(f"seg-{meeting}", f"это {WORD} и всё")
    said = replace(said, segment=replace(said.segment, speaker=SPEAKER))
    kept = Progressed({"tracks": [], "prompt": WORD}, intervals=((Interval(0, 16_000, "transcribed"),),))
    await store.save(session.id, [said], position=16_000, coverage=Coverage(1.0, 1.0), progressed=kept)
    await store.editing.correct(meeting, said.segment.id, Correction(0, f"это {WORD} и ничего", None, "open"))
    await store.editing.rename(meeting, {SPEAKER: f"{SPEAKER} младший"})
    await store.reports.save_ahead(meeting, {"answer": WORD}, 7)
    await store.close_session(session.id, position=16_000, duration=1.0, coverage=Coverage(1.0, 1.0))
    seen = NewPicture("page", "image/png", b"x", "0" * 64, title=WORD, sources=(f"https://x/{GUEST}",))
    await store.pictures.add(meeting, seen)
    await store.pictures.keep_page(meeting, NewPage("https://x/", TITLE, f"{SPEAKER}: {WORD}"))
    report = NewReport("general", "ru", {"title": TITLE, "gist": f"{SPEAKER}: {WORD}"}, None, writing=True)
    version = await store.reports.add_report(meeting, report)
    await store.reports.save_drafts(meeting, version, {"answer": WORD}, 5)
    failure = Failure("internal", f"cannot read {WORD}")
    await store.reports.add_dead_letter("report", meeting, version, step="summarise", failure=failure)
    told = NewDelivery("email", "digest", {"kind": "email", "to": GUEST})
    await store.notifications.add_deliveries(meeting, 1, version, [told])
    return meeting


async def fail_follow_ups(store: PostgresStore, url: str, database: asyncpg.Connection) -> None:
    """Have the queue record an error in whose text stands what was said."""
    over = asyncio.Event()
    await database.add_listener("status", lambda *call: over.set() if call[3] == "ERROR" else None)

    async def fail(_: Ending) -> None:
        raise ValueError(f"{TITLE} {SPEAKER} {WORD}")

    works = [Work("follow_up", [Step("fail", fail)], at_once=1)]
    async with follow_ups(url, store, works, Metrics(CollectorRegistry()), node="one"):
        async with asyncio.timeout(60):
            await over.wait()


async def test_no_table_holds_a_word_of_a_deleted_meeting(
    store: PostgresStore, database: asyncpg.Connection, database_url: str
) -> None:
    await listens(store)
    meeting = await a_meeting_of_everything(store)
    await fail_follow_ups(store, database_url, database)
    before = {secret: await tables_with(database, secret) for secret in SECRETS}
    assert before[WORD] > {"meetings", "sessions", "segments", "reports", "dead_letters", "events"}
    assert before[WORD] > {"pictures", "page_texts"}
    assert any(table.startswith("jobs.") for table in before[WORD])
    assert before[TITLE] > {"meetings", "sessions", "reports"}
    assert before[SPEAKER] > {"meetings", "sessions", "segments", "reports"}
    assert before[GUEST] == {"meetings", "deliveries", "pictures"}

    deletion = await store.delete_meeting(meeting)
    assert [await tables_with(database, secret) for secret in SECRETS] == [set()] * len(SECRETS)
    # Who asked for events is told that it was deleted, by its id.
    assert await tables_with(database, meeting) == {"deletions", "events", "event_deliveries"}
    assert deletion.removed == {
        "audio": 0,
        "sessions": 1,
        "segments": 1,
        "corrections": 2,
        "words": 4,
        "coverage": 1,
        "reports": 1,
        "drafts": 1,
        "deliveries": 1,
        "events": 4,
        "uploads": 0,
        "ingests": 0,
        "bots": 0,
        "pictures": 1,
        "pages": 1,
        "failures": 1,
        "jobs": 2,
    }


async def test_the_look_through_the_tables_knows_a_text_in_every_form(database: asyncpg.Connection) -> None:
    await database.execute("CREATE TABLE looked_at (plain text, data bytea, form json)")
    text = "мухомор"
    for at in range(3):
        data = b"x" * at + text.encode() + b"yz"
        for value in (text.upper(), base64.b64encode(data).decode(), json.dumps(text)):
            await database.execute("DELETE FROM looked_at")
            await database.execute("INSERT INTO looked_at (plain) VALUES ($1)", value)
            assert await tables_with(database, text) == {"looked_at"}, value
        await database.execute("DELETE FROM looked_at")
        await database.execute("INSERT INTO looked_at (data) VALUES ($1)", data)
        assert await tables_with(database, text) == {"looked_at"}
    assert await tables_with(database, "поганка") == set()
    assert all(len(form) > 6 for form in forms(text))


async def test_what_was_running_when_its_meeting_went_is_forgotten_with_the_next_sweep(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    meeting = await a_meeting_of_everything(store)
    await database.execute("UPDATE jobs.workflow_status SET status = 'PENDING' WHERE name = 'report'")
    other = await a_meeting_of_everything(store)
    assert (await store.delete_meeting(meeting)).removed["jobs"] == 1
    await database.execute("UPDATE jobs.workflow_status SET status = 'ERROR' WHERE status = 'PENDING'")
    assert await tables_with(database, meeting) > {"deletions"}
    deletion = (await store.archive.deletions(DEFAULT)).deletions[0]
    await store.archive.swept(deletion.deleted_at, {})
    assert await tables_with(database, meeting) == {"deletions"}
    assert any(table.startswith("jobs.") for table in await tables_with(database, other))


def verify(receipt: str, keys: list[dict[str, str]]) -> dict[str, object]:
    """What a receipt says, as anybody can check it."""

    def decoded(part: str) -> bytes:
        return base64.urlsafe_b64decode(part + "==")

    head, payload, signature = receipt.split(".")
    kid = json.loads(decoded(head))["kid"]
    (x,) = (key["x"] for key in keys if key["kid"] == kid)
    Ed25519PublicKey.from_public_bytes(decoded(x)).verify(decoded(signature), f"{head}.{payload}".encode())
    said: dict[str, object] = json.loads(decoded(payload))
    return said


@pytest.fixture
async def one(store: PostgresStore) -> AsyncIterator[Node]:
    """A server over the store."""
    async with node(store) as served:
        yield served


@pytest.fixture
async def http(one: Node) -> AsyncIterator[httpx.AsyncClient]:
    async with one.client() as client:
        yield client


async def test_a_receipt_is_signed_kept_and_read_again(http: httpx.AsyncClient, store: PostgresStore) -> None:
    meeting = (await store.create_meeting(NewMeeting(title=TITLE))).id
    given = (await http.delete(f"/v1/meetings/{meeting}")).json()
    assert (await http.get(f"/v1/deletions/{given['id']}")).json() == given
    keys = (await http.get("/v1/deletions/keys")).json()["keys"]
    said = verify(given["receipt"], keys)
    assert (said["jti"], said["meeting_id"], said["reason"]) == (given["id"], meeting, "request")
    assert (said["removed"], said["sessions"]) == (given["removed"], [])
    described = DeletionOut.model_fields["removed"].description or ""
    assert set(described.rpartition(": ")[2].rstrip(".").split(", ")) == set(given["removed"])
    forged = given["receipt"].replace(".", ".AAAA", 1)
    with pytest.raises(InvalidSignature):
        verify(forged, keys)
    with pytest.raises(NotFound):
        await store.delete_meeting(meeting)


async def test_receipts_are_listed_in_pages_and_signed_by_one_key(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    meetings = [(await store.create_meeting(NewMeeting())).id for _ in range(5)]
    given = [one.id for one in await asyncio.gather(*map(store.delete_meeting, meetings))]
    listed: list[str] = []
    cursor = ""
    while cursor is not None:
        page = (await http.get("/v1/deletions", params={"limit": 2, "cursor": cursor})).json()
        listed += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert sorted(listed) == sorted(given)
    assert len((await http.get("/v1/deletions/keys")).json()["keys"]) == 1
    assert (await http.get("/v1/deletions?cursor=x")).status_code == 400


async def test_who_streams_to_a_deleted_meeting_or_watches_it_is_sent_away_at_once(
    one: Node, http: httpx.AsyncClient
) -> None:
    async with wire(one.url) as client:
        meeting = (await client.start())["meeting"]
        async with wire(captions(one, meeting)) as viewer:
            await http.delete(f"/v1/meetings/{meeting}")
            for told in (await closed(client), await closed(viewer)):
                assert (told.answer, told.code) == (1008, "meeting_deleted")
    assert one.sessions.kept() == ()
    assert one.hub.known() == set()


async def test_other_nodes_send_them_away_when_they_look_next(
    one: Node, http: httpx.AsyncClient, store: PostgresStore
) -> None:
    async with node(store) as other, wire(other.url) as client:
        meeting = (await client.start())["meeting"]
        async with wire(captions(other, meeting)) as viewer, wire(one.url) as kept:
            await kept.start()
            await http.delete(f"/v1/meetings/{meeting}")
            await asyncio.gather(other.sessions.beat(), one.sessions.beat())
            for told in (await closed(client), await closed(viewer)):
                assert (told.answer, told.code) == (1008, "meeting_deleted")
            assert len(one.sessions.kept()) == 1


async def test_nothing_is_written_to_a_meeting_that_is_gone(store: PostgresStore) -> None:
    meeting = (await store.create_meeting(NewMeeting())).id
    await store.open_session(meeting, NewSession("ses", "pcm_s16le", 16_000, 1), Lease("here", 60))
    await store.delete_meeting(meeting)
    for write in (
        store.save("ses", [a_segment("seg", WORD)], position=1, coverage=Coverage()),
        store.open_session(meeting, a_session("ses_2")),
        store.reports.add_report(meeting, NewReport("general", "ru", {})),
        store.notifications.add_deliveries(meeting, 1, 1, []),
    ):
        with pytest.raises(NotFound):
            await write


class Files:
    """Where audio is kept."""

    def __init__(self, *kept: str) -> None:
        self.kept = list(kept)

    async def delete(self, meeting_id: str) -> int:
        before = len(self.kept)
        self.kept = [name for name in self.kept if not name.startswith(meeting_id)]
        return before - len(self.kept)


async def test_audio_goes_with_its_meeting(store: PostgresStore) -> None:
    meeting = (await store.create_meeting(NewMeeting())).id
    files = Files(f"{meeting}-1", f"{meeting}-2", "another")
    deletion = await PostgresStore(store._engine, [files, Files()]).delete_meeting(meeting)
    assert deletion.removed["audio"] == 2
    assert files.kept == ["another"]
