"""Numbering, replay and outboxes, without a loop."""

from hypothesis import given
from hypothesis import strategies as st

from server.live.topic import OPEN, RECENT, STRIDE, Outbox, Topic, edits, replay
from server.store.records import StoredSegment
from streaming.events import Caption, Corrected, Ended, Gap, Renamed, Speech
from streaming.segments import Segment


def caption(name: str, text: str = "", *, final: bool = False, seq: int = 0) -> Caption:
    return Caption(seq, Segment(name, 0.0, 1.0, text, "en"), final=final)


def drained(outbox: Outbox) -> list[object]:
    found: list[object] = []
    while (event := outbox.take()) is not None:
        found.append((event.seq, event.segment.id, event.final) if isinstance(event, Caption) else event)
    return found


def test_captions_are_numbered_from_one_and_other_events_are_not() -> None:
    topic = Topic()
    topic.open(0)
    assert [
        topic.publish(caption("a")),
        topic.publish(Speech("started", 0.0)),
        topic.publish(caption("a")),
    ] == [
        1,
        1,
        2,
    ]


def test_a_meeting_that_goes_on_never_gives_a_number_twice() -> None:
    topic = Topic()
    topic.open(40)
    assert topic.publish(caption("a")) == 41 + STRIDE
    topic.open(40)
    assert topic.publish(caption("a")) == 42 + STRIDE


def test_a_newer_partial_takes_the_place_of_the_older_one() -> None:
    topic, outbox = Topic(), Outbox()
    topic.outboxes.add(outbox)
    topic.publish(caption("a"))
    topic.publish(caption("b"))
    topic.publish(caption("a"))
    assert drained(outbox) == [(2, "b", False), (3, "a", False)]


def test_a_final_takes_the_place_of_its_partial_and_is_kept() -> None:
    topic, outbox = Topic(), Outbox()
    topic.outboxes.add(outbox)
    for event in (caption("a"), caption("a", final=True), caption("b", final=True), Ended(1.0, 2)):
        topic.publish(event)
    assert drained(outbox) == [(2, "a", True), (3, "b", True), Ended(1.0, 2)]


def test_speech_states_of_a_track_do_not_pile_up_but_gaps_do() -> None:
    outbox = Outbox()
    for event in (
        Speech("started", 0.0, "a"),
        Gap(0.0, 1.0, "lost"),
        Speech("stopped", 1.0, "a"),
        Gap(2.0, 3.0, "lost"),
    ):
        outbox.offer(event)
    assert drained(outbox) == [Gap(0.0, 1.0, "lost"), Speech("stopped", 1.0, "a"), Gap(2.0, 3.0, "lost")]


def test_too_many_finals_make_a_viewer_slow_and_free_its_memory() -> None:
    outbox = Outbox(limit=3)
    for number in range(1, 4):
        outbox.offer(caption(str(number), final=True, seq=number))
    assert not outbox.slow
    outbox.offer(caption("4", final=True, seq=4))
    outbox.offer(caption("5", final=True, seq=5))
    assert outbox.slow
    assert len(outbox) == 0


def test_partials_alone_never_make_a_viewer_slow() -> None:
    outbox = Outbox(limit=3)
    for number in range(1, 1000):
        outbox.offer(caption("abc"[number % 3], seq=number))
    assert not outbox.slow


def test_what_a_topic_remembers_is_bounded() -> None:
    topic = Topic()
    for number in range(RECENT + OPEN + 10):
        topic.publish(caption(f"p{number}"))
        topic.publish(caption(f"f{number}", final=True))
    assert len(topic.snapshot()) == RECENT + OPEN


def test_what_is_stored_is_kept_no_longer() -> None:
    topic = Topic()
    topic.publish(caption("a", final=True))
    topic.publish(caption("b", final=True))
    topic.publish(caption("c"))
    topic.stored(["a"])
    assert [kept.segment.id for kept in topic.snapshot()] == ["b", "c"]


def stored(name: str, seq: int) -> StoredSegment:
    return StoredSegment(Segment(name, 0.0, 1.0, name, "en"), "s", seq)


def test_replay_joins_the_store_with_what_it_has_not_yet() -> None:
    snapshot = [
        caption("b", "b", final=True, seq=4),
        caption("c", "c", final=True, seq=7),
        caption("d", seq=8),
    ]
    found = replay([stored("a", 2), stored("b", 4)], snapshot, since=0, last_seq=8, before=None)
    assert [(event.seq, event.segment.id, event.final) for event in found] == [
        (2, "a", True),
        (4, "b", True),
        (7, "c", True),
        (8, "d", False),
    ]


def test_replay_leaves_out_what_was_seen_and_what_waits_already() -> None:
    history = [stored(name, seq) for seq, name in enumerate("abcde", 1)]
    found = replay(history, [], since=2, last_seq=5, before=5)
    assert [event.seq for event in found] == [3, 4]


def test_a_number_from_another_count_brings_everything() -> None:
    history = [stored("a", 1), stored("b", 2)]
    assert len(replay(history, [], since=3, last_seq=2, before=None)) == 2
    assert len(replay(history, [], since=2, last_seq=2, before=None)) == 0


def test_a_number_that_was_given_only_after_the_viewer_came_is_from_another_count() -> None:
    history = [stored("a", 1), stored("b", 2), stored("c", 3)]
    assert [event.seq for event in replay(history, [], since=3, last_seq=2, before=3)] == [1, 2]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("partial"), st.integers(0, 4)),
        st.tuples(st.just("final"), st.integers(0, 4)),
        st.tuples(st.sampled_from(["attach", "read", "save"]), st.just(0)),
    ),
    max_size=60,
)


@given(steps, st.integers(0, 70))
def test_a_viewer_who_comes_at_any_time_sees_every_final_once(
    script: list[tuple[str, int]], since: int
) -> None:
    """Finals are saved some time after they are published; the store is read some time after attaching."""
    topic, outbox = Topic(), Outbox()
    topic.open(0)
    utterance = dict.fromkeys(range(5), 0)
    published: list[StoredSegment] = []
    saved: list[StoredSegment] = []
    snapshot: tuple[Caption, ...] | None = None
    counted = 0
    seen: list[Caption] | None = None

    def read() -> list[Caption]:
        return replay(saved, snapshot or (), since=since, last_seq=counted, before=outbox.first_seq)

    for step, track in [*script, ("attach", 0), ("read", 0)]:
        name = f"{track}-{utterance[track]}"
        if step == "partial":
            topic.publish(caption(name))
        elif step == "final":
            seq = topic.publish(caption(name, final=True))
            published.append(stored(name, seq))
            utterance[track] += 1
        elif step == "save":
            saved = list(published)
            topic.stored(final.segment.id for final in saved)
        elif step == "attach" and snapshot is None:
            topic.outboxes.add(outbox)
            snapshot, counted = topic.snapshot(), topic.last_seq
        elif step == "read" and snapshot is not None and seen is None:
            seen = read()
    events = [*(seen or []), *(event for event in iter(outbox.take, None) if isinstance(event, Caption))]
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    finals = [event.seq for event in events if event.final]
    known = since if seen is not None and since <= counted else 0
    expected = [final.seq for final in published]
    assert finals == [seq for seq in expected if seq > known] or finals == expected
    assert set(finals) >= {seq for seq in expected if seq > known}


def test_a_name_is_given_to_what_was_said_and_to_what_will_be() -> None:
    topic, outbox = Topic(), Outbox()
    topic.open(0)
    said = Segment("a", 0.0, 1.0, "yes", "en", speaker="S1")
    topic.publish(Caption(0, said, final=True))
    topic.outboxes.add(outbox)
    topic.rename({"S1": "Anna"})
    topic.publish(Caption(0, said))
    assert [caption.segment.speaker for caption in topic.snapshot()] == ["Anna"]
    renamed, caption = outbox.take(), outbox.take()
    assert renamed == Renamed({"S1": "Anna"})
    assert isinstance(caption, Caption)
    assert (caption.segment.speaker, caption.segment.label) == ("Anna", "S1")
    topic.rename({})
    assert topic.snapshot()[0].segment == said


def test_whoever_comes_is_shown_the_corrected_text_and_whoever_comes_back_is_told() -> None:
    topic, outbox = Topic(), Outbox()
    topic.open(0)
    topic.publish(caption("a", "herd", final=True))
    topic.outboxes.add(outbox)
    heard = Segment("a", 0.0, 1.0, "heard", "en", version=1)
    topic.correct(heard)
    assert drained(outbox) == [Corrected(heard)]
    stored = [StoredSegment(heard, "s", 1), StoredSegment(Segment("b", 2.0, 3.0, "b", "en"), "s", 2)]
    stale = [caption("a", "herd", final=True, seq=1)]  # of a process that was not told
    (shown, _) = replay(stored, stale, since=0, last_seq=2, before=None)
    assert shown.segment == heard
    assert list(edits(stored, None, since=0)) == []
    assert list(edits(stored, {}, since=1)) == [Renamed({}), Corrected(heard)]
