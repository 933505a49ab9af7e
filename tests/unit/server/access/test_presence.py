"""Who is here, and who is sent away, without a clock and without a database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from server.access.access import Access
from server.access.presence import Presences
from server.access.tally import Tally
from server.access.watch import Watch
from streaming.errors import NotAllowed
from tests.unit.server.access.records import NOON, Records, a_key

ACCESS = a_key().access()


def test_who_is_here_by_a_revoked_key_is_sent_away_and_no_other() -> None:
    presences = Presences()
    with presences.present(ACCESS) as one, presences.present(replace(ACCESS, key="key_b")) as other:
        assert presences.keys() == {"key_a", "key_b"}
        presences.revoke({"key_a", "key_c"})
        assert one.error is not None
        assert (one.error.code, one.over.is_set()) == ("key_revoked", True)
        assert (other.error, other.over.is_set()) == (None, False)
    assert presences.keys() == frozenset()


def test_whose_time_is_over_is_sent_away() -> None:
    presences = Presences()
    later = NOON + timedelta(seconds=5)
    with (
        presences.present(replace(ACCESS, expires_at=NOON, meeting="mtg_1")) as token,
        presences.present(a_key(expires_at=later).access()) as key,
        presences.present(replace(a_key(expires_at=later).access(), meeting="mtg_1").lasting()) as outlived,
        presences.present(Access("default", frozenset())) as forever,
    ):
        assert presences.next_expiry() == NOON
        presences.expire(NOON)
        assert token.error is not None
        assert token.error.code == "token_expired"
        assert presences.next_expiry() == later
        presences.expire(later)
        assert key.error is not None
        assert key.error.code == "key_expired"
        assert outlived.error is not None
        assert outlived.error.code == "key_expired"
        assert forever.error is None
        assert presences.next_expiry() is None


async def test_a_held_block_is_cut_short_with_the_reason() -> None:
    presences = Presences()
    with presences.present(ACCESS) as one:
        reached = asyncio.Event()

        async def wait() -> None:
            async with one.held():
                reached.set()
                await asyncio.Event().wait()

        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(_caught(wait()))
            await reached.wait()
            presences.revoke({"key_a"})
        assert waiting.result().code == "key_revoked"
        # Who is sent away already does not begin.
        with pytest.raises(NotAllowed):
            await wait()


async def _caught(work: object) -> NotAllowed:
    with pytest.raises(NotAllowed) as refused:
        await work  # type: ignore[misc]
    return refused.value


async def test_a_held_block_passes_on_its_own_time_out() -> None:
    with Presences().present(ACCESS) as one, pytest.raises(TimeoutError):
        async with one.held(), asyncio.timeout(0):
            await asyncio.Event().wait()


async def test_word_of_a_change_sends_away_at_once() -> None:
    records, presences = Records(), Presences()
    secret = records.add(a_key())
    forgotten: list[int] = []
    watch = Watch(records, presences, Tally(), lambda: forgotten.append(1), now=records.now)
    async with watch.running():
        with presences.present(ACCESS) as one:
            records.keys[secret] = a_key(revoked_at=NOON)
            watch.heard()
            await one.over.wait()
            assert one.error is not None
            assert one.error.code == "key_revoked"
    assert forgotten


async def test_nobody_is_sent_away_because_the_database_is_away() -> None:
    records, presences = Records(away=True), Presences()
    watch = Watch(records, presences, Tally(), lambda: None, now=records.now)
    with presences.present(ACCESS) as one:
        await watch.look()
        assert one.error is None


async def test_what_was_counted_is_kept_until_it_is_written() -> None:
    records, tally = Records(away=True), Tally()
    watch = Watch(records, Presences(), tally, lambda: None, now=records.now)
    tally.count(ACCESS, NOON)
    await watch.write()
    tally.count(ACCESS, NOON + timedelta(seconds=1))
    assert tally.requests == {("acme", NOON.date(), "key_a"): 2}
    assert tally.used == {"key_a": NOON + timedelta(seconds=1)}
    records.away = False
    await watch.write()
    assert not tally.requests
