"""What every store must do for sessions that outlive a process. Subclass it and give it a fixture `store`."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from server.access.access import everything
from server.store.api import Store
from server.store.records import Lease, NewMeeting, Progressed, Session
from streaming.errors import Close, ProtocolError
from streaming.segments import Coverage
from tests.contract.store_contract import AUDIO, new_session, stored

HERE, THERE = Lease("here", 3_600), Lease("there", 3_600)
OVER = Lease("here", -3_600)
SENTENCES = {
    "session_not_found": "There is no session to resume under this id: start a new one.",
    "resume_token_wrong": "The resume token is not the one of this session.",
    "not_resumable": "A stream of this kind cannot be resumed: start a new one in the same meeting.",
    "resume_too_late": "The session was not resumed in time and has been finished; "
    "its transcript is at {transcript}.",
    "session_ended": "The session has ended; its transcript is at {transcript}.",
}
STATUSES = {"session_not_found": 404, "resume_token_wrong": 403}


async def begun(store: Store, lease: Lease = HERE) -> Session:
    """A session that can be resumed with the hash `proof`."""
    meeting = await store.create_meeting(NewMeeting())
    new = replace(new_session(f"s-{meeting.id}"), token_hash="proof", options={"interim": True})
    return await store.open_session(meeting.id, new, lease)


async def finish_over(store: Store, except_ids: Collection[str] = ()) -> tuple[str, ...]:
    """Finish every session whose lease is over, as somebody does who is sure that nobody keeps it."""
    standing = await store.leases(except_ids)
    return await store.finish_abandoned({name: held.until for name, held in standing.items() if held.over})


async def code_of(store: Store, session_id: str, proof: str = "proof") -> str:
    """Why a session cannot be claimed; the sentence is the one for it."""
    with pytest.raises(ProtocolError) as refused:
        await store.claim_session(session_id, proof, THERE, everything(""))
    meeting = session_id.removeprefix("s-")
    why = refused.value
    assert why.message == SENTENCES[why.code].format(transcript=f"/v1/meetings/{meeting}/transcript")
    assert (why.close, why.status) == (Close.NOT_ALLOWED, STATUSES.get(why.code, 409))
    return why.code


class LeasesContract:
    """Statements about behaviour, the same for every store."""

    async def test_a_claimed_session_is_as_it_was_saved(self, store: Store) -> None:
        session = await begun(store)
        progressed = Progressed({"position": 512, "tracks": [{"settled": 600}]}, seq=7, owner="here")
        await store.save(session.id, [], position=512, coverage=AUDIO, progressed=progressed)
        claimed = await store.claim_session(session.id, "proof", THERE, everything(""))
        assert claimed.options == {"interim": True}
        assert (claimed.progress, claimed.seq, claimed.position) == (progressed.progress, 7, 512)
        assert (claimed.offset, claimed.meeting_id) == (session.offset, session.meeting_id)

    async def test_who_lost_a_session_stores_nothing_more(self, store: Store) -> None:
        session = await begun(store)
        await store.claim_session(session.id, "proof", THERE, everything(""))
        final = stored("late", 1, 0.0, "late", session.id)
        mine = Progressed(owner="here")
        for call in (
            store.save(session.id, [final], position=512, coverage=AUDIO, progressed=mine),
            store.close_session(
                session.id, [final], position=512, duration=1.0, coverage=AUDIO, progressed=mine
            ),
        ):
            with pytest.raises(ProtocolError) as refused:
                await call
            assert refused.value.code == "session_taken_over"
        assert await store.segments(session.meeting_id) == ()
        assert [one.status for one in await store.sessions(session.meeting_id)] == ["live"]
        assert await store.renew_sessions([session.id], HERE) == {session.id}
        assert await store.renew_sessions([session.id], THERE) == set()

    async def test_the_last_finals_and_the_end_are_one_step(self, store: Store) -> None:
        session = await begun(store)
        final = stored("last", 3, 0.0, "bye", session.id)
        progressed = Progressed({"tracks": []}, seq=3, owner="here")
        ended = await store.close_session(
            session.id, [final], position=16_000, duration=1.0, coverage=AUDIO, progressed=progressed
        )
        assert (ended.status, ended.last_seq) == ("ended", 3)
        assert await store.segments(session.meeting_id) == (final,)
        assert await code_of(store, session.id) == "session_ended"

    async def test_a_refusal_says_why(self, store: Store) -> None:
        session = await begun(store)
        plain = await store.open_session(session.meeting_id, new_session("plain"), HERE)
        assert await code_of(store, "nobody") == "session_not_found"
        assert await code_of(store, session.id, "guess") == "resume_token_wrong"
        assert await code_of(store, plain.id) == "not_resumable"
        late = await begun(store, OVER)
        await finish_over(store)
        assert await code_of(store, late.id) == "resume_too_late"
        assert await code_of(store, late.id, "guess") == "resume_token_wrong"

    async def test_a_lease_that_is_over_may_be_taken_until_somebody_has_finished_the_session(
        self, store: Store
    ) -> None:
        session = await begun(store, OVER)
        seen = await store.leases(())
        assert seen[session.id].over
        assert (await store.claim_session(session.id, "proof", THERE, everything(""))).id == session.id
        assert await store.finish_abandoned({session.id: seen[session.id].until}) == ()
        assert not (await store.leases(()))[session.id].over
        assert await store.leases([session.id]) == {}

    async def test_a_session_whose_time_is_over_is_finished_and_its_open_audio_lost(
        self, store: Store
    ) -> None:
        late, kept, other = await begun(store, OVER), await begun(store, OVER), await begun(store)
        unleased = await store.open_session((await begun(store)).meeting_id, new_session("unleased"))
        heard = Coverage(received=10.0, transcribed=6.0, silence=3.0)
        await store.save(late.id, [], position=16_000, coverage=heard)
        assert set(await store.leases([kept.id])) >= {late.id, other.id}
        assert await finish_over(store, [kept.id]) == (late.meeting_id,)
        assert await finish_over(store, [kept.id]) == ()
        assert late.id not in await store.leases(())
        assert unleased.id not in await store.leases(())
        (session,) = await store.sessions(late.meeting_id)
        assert (session.status, session.coverage) == ("ended", replace(heard, lost=1.0))
        assert await code_of(store, late.id) == "resume_too_late"
        assert await store.renew_sessions([late.id, kept.id], HERE) == {late.id}
        for still in (kept, other, unleased):
            assert "live" in {one.status for one in await store.sessions(still.meeting_id)}

    async def test_one_live_session_keeps_its_meeting_live(self, store: Store) -> None:
        late = await begun(store, OVER)
        await store.open_session(late.meeting_id, new_session("other"), HERE)
        assert await finish_over(store) == ()
        meeting = await store.meeting(late.meeting_id)
        assert meeting is not None
        assert meeting.status == "live"

    async def test_a_renewed_session_is_not_finished(self, store: Store) -> None:
        session = await begun(store, OVER)
        seen = await store.leases(())
        assert await store.renew_sessions([session.id], HERE) == set()
        assert await store.finish_abandoned({session.id: seen[session.id].until}) == ()
        assert await finish_over(store) == ()

    async def test_finals_that_a_client_has_not_seen_come_on_the_sessions_clock(self, store: Store) -> None:
        first = await begun(store)
        session = await store.open_session(first.meeting_id, new_session("second"), HERE)
        finals = [
            replace(
                stored(f"f{number}", number, number + session.offset, "x", session.id), client_seq=2 * number
            )
            for number in range(1, 4)
        ]
        await store.save(session.id, finals, position=512, coverage=AUDIO)
        found = await store.finals_after(session, 2)
        assert [(one.segment.id, one.client_seq) for one in found] == [("f2", 4), ("f3", 6)]
        assert [one.segment.start for one in found] == pytest.approx([2.0, 3.0])
        assert await store.finals_after(session, 6) == ()
