"""Streams that lose their socket, their process or their patience: nothing is lost and nothing comes twice.

Real sockets and a real PostgreSQL; speech and model are scripted, so that transcripts can be compared word
for word and sample for sample with those of an undisturbed stream.
"""

import asyncio
from functools import partial
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import InvalidStatus

from asr.types import SAMPLE_RATE, DecodeRequest, Kind
from server.store.postgres import PostgresStore
from streaming.events import Ended
from tests.fakes.recognizer import ScriptedRecognizer
from tests.support.looking import at_once, eventually
from tests.support.media import pack
from tests.support.node import Caller, Node, node, numbers, undisturbed, wire_audio
from tests.support.speech import WORD, join, say, silence
from tests.support.wire import wire

LEAD, PAUSE = silence(0.7), silence(0.9)
SPEECH = join(
    LEAD, say("alpha bravo charlie"), PAUSE, say("delta echo foxtrot golf hotel"), PAUSE, say("india")
)
AUDIO = wire_audio(join(SPEECH, PAUSE))
IN_A_WORD = len(LEAD) + len(say("alpha bravo charlie")) + len(PAUSE) + 2 * WORD + WORD // 2
LEFT, RIGHT = (
    join(SPEECH, PAUSE),
    join(silence(0.3), say("kilo lima"), silence(1.4), say("mike november oscar")),
)
BOTH = wire_audio(LEFT, RIGHT)


async def ended(one: Node, meeting: str) -> None:
    """Wait until viewers are told that the meeting is over."""
    async with one.hub.subscribe(meeting) as viewer, asyncio.timeout(60):
        async for event in viewer:
            if isinstance(event, Ended):
                return


async def refusal(url: str, message: dict[str, Any]) -> tuple[str, int]:
    """The code and the close with which a first message is refused."""
    async with wire(url) as client:
        await client.say({"type": "resume", **message})
        close = await client.rest()
    (problem,) = client.of("error")
    assert problem["message"].endswith(".")
    return problem["code"], close


async def assert_whole(caller: Caller, whole: Caller, store: PostgresStore) -> None:
    """Nothing is missing, nothing is doubled, and every number came once."""
    assert caller.transcript == whole.transcript
    assert await caller.stored(store) == whole.transcript
    assert numbers(caller) == list(range(1, len(numbers(caller)) + 1))
    (told,), (expected,) = caller.of("ended"), whole.of("ended")
    assert told["coverage"] == expected["coverage"]
    assert (told["duration"], told["segments"]) == (expected["duration"], expected["segments"])


async def test_a_stream_cut_in_the_midst_of_a_word_goes_on_where_it_was(store: PostgresStore) -> None:
    async with node(store) as one:
        whole = await undisturbed(one.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.vanish(client, IN_A_WORD)
        async with caller.resumed(one.url) as client:
            assert 0 < caller.position <= IN_A_WORD
            assert await caller.finish(client) == 1000
    await assert_whole(caller, whole, store)


async def test_events_that_were_sent_but_never_arrived_come_again(store: PostgresStore) -> None:
    async with node(store) as one:
        whole = await undisturbed(one.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.vanish(client, IN_A_WORD)
        lost = [message for message in caller.heard if message["type"] == "caption"]
        assert lost
        caller.heard[:] = [message for message in caller.heard if message["type"] != "caption"]
        async with caller.resumed(one.url) as client:
            assert await caller.finish(client) == 1000
    await assert_whole(caller, whole, store)


async def test_a_second_socket_takes_the_stream_over(store: PostgresStore) -> None:
    async with node(store) as one:
        whole = await undisturbed(one.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(one.url) as first:
            await caller.speak(first, IN_A_WORD)
            await first.until("caption")
            async with caller.resumed(one.url) as second:
                first.heard = []
                assert await first.rest() == 4410
                assert first.heard[-1]["code"] == "session_taken_over"
                assert await caller.finish(second) == 1000
    await assert_whole(caller, whole, store)


async def test_a_process_that_is_gone_is_replaced_by_another(store: PostgresStore) -> None:
    async with node(store) as second:
        whole = await undisturbed(second.url, AUDIO)
        caller = Caller(AUDIO)
        async with node(store) as first, caller.started(first.url) as client:
            await caller.vanish(client, IN_A_WORD)
        async with caller.resumed(second.url) as client:
            assert caller.position % 512 == 0
            assert await caller.finish(client) == 1000
    await assert_whole(caller, whole, store)


async def test_a_process_that_is_not_gone_lets_go(store: PostgresStore) -> None:
    """A client that was sent to another machine while the first one still takes its socket for alive."""
    async with node(store) as first, node(store) as second:
        whole = await undisturbed(second.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(first.url) as old:
            await caller.speak(old, IN_A_WORD)
            await old.until("ack")
            async with caller.resumed(second.url) as new:
                await first.sessions.beat()
                old.heard = []
                assert await old.rest() == 4410
                assert await caller.finish(new) == 1000
        assert first.admission.live == 0
    await assert_whole(caller, whole, store)


async def test_a_track_that_was_ahead_is_not_heard_twice(store: PostgresStore) -> None:
    """Finals of one track are stored while the other one's first final is awaited; then the process goes."""

    def delay(request: DecodeRequest) -> float:
        return 1e6 if ".1" in request.key and request.kind is not Kind.PARTIAL else 0.0

    caller = Caller(BOTH, 2)
    async with node(store) as second:
        whole = await undisturbed(second.url, BOTH, 2)
        async with node(store, ScriptedRecognizer(delay)) as first, caller.started(first.url) as client:
            await caller.speak(client, len(LEFT) - SAMPLE_RATE)
            while not any(one["final"] for one in client.of("caption")):
                await client.until("caption")
            await eventually(partial(store.segments, caller.meeting))
            client.socket.transport.abort()
        early = {line[-1] for line in await caller.stored(store)}
        assert early == {"0"}
        async with caller.resumed(second.url) as client:
            assert caller.position <= 0.3 * SAMPLE_RATE
            assert await caller.finish(client) == 1000
    await assert_whole(caller, whole, store)


async def test_a_process_that_stops_sends_its_clients_away_with_their_streams(store: PostgresStore) -> None:
    async with node(store) as second:
        whole = await undisturbed(second.url, AUDIO)
        caller = Caller(AUDIO)
        async with node(store) as first, caller.started(first.url) as client:
            await caller.speak(client, IN_A_WORD)
            await client.until("caption")
            await first.sessions.drain(20)
            away = await client.until("goaway")
            assert away == {"type": "goaway", "resume_token": caller.token, "retry_after": 1.0}
            assert await client.rest() == 1012
            assert not client.of("error")
            with pytest.raises(InvalidStatus) as refused:
                async with wire(first.url):
                    pass
            assert refused.value.response.status_code == 503
            assert int(refused.value.response.headers["Retry-After"]) >= 1
        assert [line[3] for line in await caller.stored(store)] == ["alpha bravo charlie"]
        assert caller.acknowledged > 0
        async with caller.resumed(second.url) as client:
            assert await caller.finish(client) == 1000
    await assert_whole(caller, whole, store)


async def test_a_stream_that_nobody_resumes_is_finished_as_if_stopped(store: PostgresStore) -> None:
    async with node(store, resume_seconds=0.3) as one:
        whole = await undisturbed(one.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.speak(client, len(SPEECH))
            await client.say({"type": "ping"})
            await client.until("pong")
            client.socket.transport.abort()
        await ended(one, caller.meeting)
        assert [line[3] for line in await caller.stored(store)] == [line[3] for line in whole.transcript]
        meeting = await store.meeting(caller.meeting)
        assert meeting is not None
        assert meeting.status == "ended"
        message = {"session": caller.session, "token": caller.token, "seq": caller.seq}
        assert await refusal(one.url, message) == ("resume_too_late", 1008)


async def test_a_stream_of_a_process_that_is_gone_is_finished_by_another(store: PostgresStore) -> None:
    caller = Caller(AUDIO)
    async with node(store, resume_seconds=0.3) as second:
        async with node(store, resume_seconds=0.3) as first, caller.started(first.url) as client:
            await caller.vanish(client, IN_A_WORD)
        await ended(second, caller.meeting)
        message = {"session": caller.session, "token": caller.token, "seq": caller.seq}
        assert await refusal(second.url, message) == ("resume_too_late", 1008)
    meeting = await store.meeting(caller.meeting)
    assert meeting is not None
    coverage = meeting.coverage
    parts = coverage.transcribed + coverage.silence + coverage.quarantined + coverage.lost
    assert parts == pytest.approx(coverage.received)
    assert [line[3] for line in await caller.stored(store)] == ["alpha bravo charlie"]


async def test_who_falls_silent_may_come_back(store: PostgresStore) -> None:
    async with node(store, idle_seconds=1.0) as one:
        whole = await undisturbed(one.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.speak(client, IN_A_WORD)
            assert await client.rest() == 4408
            assert caller.of("error")[-1]["code"] == "idle"
        async with caller.resumed(one.url) as client:
            assert await caller.finish(client) == 1000
    await assert_whole(caller, whole, store)


async def test_a_full_server_has_a_place_for_the_client_that_comes_back(store: PostgresStore) -> None:
    async with node(store, places=1) as one:
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.speak(client, IN_A_WORD)
            with pytest.raises(InvalidStatus):
                async with wire(one.url):
                    pass
            client.socket.transport.abort()
        (live,) = one.sessions.kept()
        await eventually(lambda: at_once(live.detached))
        async with wire(one.url) as stranger:
            await stranger.say({"type": "start", "audio": {"encoding": "pcm_s16le"}})
            assert await stranger.rest() == 1013
        async with caller.resumed(one.url) as client:
            assert await caller.finish(client) == 1000
        assert one.admission.live == 0


async def test_a_resume_that_cannot_be_says_why(store: PostgresStore) -> None:
    async with node(store) as one, node(store) as other:
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.speak(client, IN_A_WORD)
            await client.until("ack")
            right = {"session": caller.session, "token": caller.token, "seq": 0}
            for url in (one.url, other.url):
                wrong = {**right, "token": "guessed"}
                assert await refusal(url, wrong) == ("resume_token_wrong", 1008)
                unknown = {**right, "session": "ses_unknown"}
                assert await refusal(url, unknown) == ("session_not_found", 1008)
            assert await refusal(one.url, {**right, "seq": 1_000}) == ("seq_unknown", 1008)
            assert await caller.finish(client) == 1000
        for url in (one.url, other.url):
            assert await refusal(url, right) == ("session_ended", 1008)
        assert await refusal(other.url, {**right, "token": "guessed"}) == ("resume_token_wrong", 1008)


async def test_a_number_from_the_future_is_refused_by_another_process_too(store: PostgresStore) -> None:
    async with node(store) as second:
        caller = Caller(AUDIO)
        async with node(store) as first, caller.started(first.url) as client:
            await caller.vanish(client, IN_A_WORD)
        message = {"session": caller.session, "token": caller.token, "seq": 1_000_000}
        assert await refusal(second.url, message) == ("seq_unknown", 1008)
        assert second.admission.live == 0
        async with caller.resumed(second.url) as client:
            assert await caller.finish(client) == 1000


async def test_a_stop_whose_answer_was_lost_is_answered_again(store: PostgresStore) -> None:
    recognizer = ScriptedRecognizer(lambda request: 0.0 if request.kind is Kind.PARTIAL else 0.5)
    async with node(store, recognizer) as one:
        whole = await undisturbed(one.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.speak(client)
            await client.say({"type": "stop"})
            (live,) = one.sessions.kept()
            await eventually(lambda: at_once(live.ending))
            client.socket.transport.abort()
        async with caller.resumed(one.url) as client:
            assert await caller.finish(client) == 1000
    await assert_whole(caller, whole, store)


async def test_a_container_ends_with_its_socket(store: PostgresStore) -> None:
    async with node(store) as one:
        async with wire(one.url) as client:
            ready = await client.start({"encoding": "auto"})
            assert ready["resume_token"] is None
            await client.say(pack(SPEECH[:, np.newaxis], "wav", "pcm_s16le", SAMPLE_RATE))
            await client.until("caption")
            client.socket.transport.abort()
        await ended(one, ready["meeting"])
        texts = [stored.segment.text for stored in await store.segments(ready["meeting"])]
        assert texts[0] == "alpha bravo charlie"
        message = {"session": ready["session"], "token": "none", "seq": 0}
        assert await refusal(one.url, message) == ("not_resumable", 1008)
