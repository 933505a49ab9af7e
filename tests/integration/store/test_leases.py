"""Sessions that outlive a process, in a real PostgreSQL."""

import asyncio

from server.access.access import everything
from server.store.postgres import PostgresStore
from server.store.records import Lease, NewMeeting
from streaming.errors import ProtocolError
from tests.contract.leases_contract import OVER, LeasesContract, begun, finish_over
from tests.integration.store.made import a_session


class TestPostgresStore(LeasesContract):
    """Run by pytest, with the fixture `store`."""


async def test_of_many_that_want_a_session_one_has_it(store: PostgresStore) -> None:
    session = await begun(store)
    nodes = [Lease(f"node_{number}", 60) for number in range(6)]
    await asyncio.gather(
        *(store.claim_session(session.id, "proof", lease, everything("")) for lease in nodes)
    )
    lost = [await store.renew_sessions([session.id], lease) for lease in nodes]
    assert sorted(map(len, lost)) == [0, 1, 1, 1, 1, 1]


async def test_a_session_is_resumed_or_finished_and_never_both(store: PostgresStore) -> None:
    for _ in range(8):
        session = await begun(store, OVER)
        claim = store.claim_session(session.id, "proof", Lease("there", 60), everything(""))
        claimed, ended = await asyncio.gather(claim, finish_over(store), return_exceptions=True)
        await finish_over(store)
        (after,) = await store.sessions(session.meeting_id)
        if isinstance(claimed, ProtocolError):
            assert (claimed.code, after.status) == ("resume_too_late", "ended")
        else:
            assert (ended, after.status) == ((), "live")


async def test_an_expired_session_ends_where_its_stored_audio_ends(store: PostgresStore) -> None:
    late = await begun(store, OVER)
    untouched = await store.create_meeting(NewMeeting())
    await asyncio.gather(finish_over(store), finish_over(store))
    (session,) = await store.sessions(late.meeting_id)
    assert session.ended_at == session.started_at
    meeting = await store.meeting(late.meeting_id)
    assert meeting is not None
    assert (meeting.status, meeting.ended_at) == ("ended", session.ended_at)
    assert await store.meeting(untouched.id) == untouched


async def test_a_session_without_a_lease_is_nobodys_to_finish(store: PostgresStore) -> None:
    meeting = await store.create_meeting(NewMeeting())
    await store.open_session(meeting.id, a_session("ses_1"))
    assert await store.leases(()) == {}
    assert await store.finish_abandoned({}) == ()
