"""What one client still has to be told."""

import pytest

from streaming.events import Ack, Caption, Event, Flushed, Pong, Speech
from streaming.outbox import LATELY, Outbox, SlowReader
from streaming.segments import Segment


def caption(segment: str, text: str = "", *, final: bool = False) -> Caption:
    """A caption of one segment."""
    return Caption(0, Segment(segment, 0.0, 1.0, text, "en"), final=final)


def all_of(outbox: Outbox) -> list[Event]:
    """Everything in it, taken."""
    events = []
    while (event := outbox.pop()) is not None:
        events.append(event)
    return events


def texts(events: list[Event]) -> list[tuple[int, str]]:
    """Numbers and texts of the captions."""
    return [(event.seq, event.segment.text) for event in events if isinstance(event, Caption)]


def test_empty() -> None:
    assert Outbox().pop() is None


def test_events_leave_in_their_order() -> None:
    outbox = Outbox()
    events: list[Event] = [Speech("started", 0.0), Pong("a"), Ack(5), Ack(5)]
    for event in events:
        outbox.put(event)
    assert len(outbox) == 4
    assert all_of(outbox) == events


def test_a_newer_partial_takes_the_place_of_an_unsent_one() -> None:
    outbox = Outbox()
    outbox.put(caption("a", "one"))
    outbox.put(Ack(1))
    outbox.put(caption("a", "one two"))
    events = all_of(outbox)
    assert texts(events) == [(1, "one two")]
    assert events[1] == Ack(1)


def test_a_sent_partial_is_not_replaced() -> None:
    outbox = Outbox()
    outbox.put(caption("a", "one"))
    first = outbox.pop()
    outbox.put(caption("a", "one two"))
    assert texts([*([first] if first else []), *all_of(outbox)]) == [(1, "one"), (2, "one two")]


def test_a_final_replaces_the_unsent_partial_and_keeps_its_own_place() -> None:
    outbox = Outbox()
    outbox.put(caption("a", "one"))
    outbox.put(Speech("stopped", 1.0))
    outbox.put(caption("a", "one two", final=True))
    assert [type(event) for event in all_of(outbox)] == [Speech, Caption]


def test_finals_are_all_kept() -> None:
    outbox = Outbox()
    for number in range(50):
        outbox.put(caption(str(number), str(number), final=True))
    assert texts(all_of(outbox)) == [(number + 1, str(number)) for number in range(50)]


def test_partials_of_different_segments_do_not_replace_each_other() -> None:
    outbox = Outbox()
    outbox.put(caption("a", "one"))
    outbox.put(caption("b", "two"))
    assert texts(all_of(outbox)) == [(1, "one"), (2, "two")]


def test_numbers_have_no_holes_whatever_was_replaced() -> None:
    outbox = Outbox()
    taken: list[Event] = []
    for number in range(30):
        outbox.put(caption("a", str(number)))
        outbox.put(Ack(number))
        if number % 7 == 0:
            taken += all_of(outbox)
    outbox.put(caption("a", "end", final=True))
    taken += all_of(outbox)
    assert [seq for seq, _ in texts(taken)] == list(range(1, len(texts(taken)) + 1))
    assert texts(taken)[-1][1] == "end"


def test_a_reader_who_does_not_read_is_told_apart() -> None:
    outbox = Outbox(limit=3)
    for number in range(3):
        outbox.put(Ack(number))
    with pytest.raises(SlowReader):
        outbox.put(Ack(3))


def test_partials_alone_never_fill_it() -> None:
    outbox = Outbox(limit=2)
    outbox.put(Ack(1))
    for number in range(1_000):
        outbox.put(caption("a", str(number)))
    outbox.put(caption("a", "end", final=True))
    assert texts(all_of(outbox)) == [(1, "end")]


def test_what_was_in_it_when_it_filled_can_still_be_sent() -> None:
    outbox = Outbox(limit=2)
    outbox.put(caption("a", "one", final=True))
    outbox.put(caption("b", "two", final=True))
    with pytest.raises(SlowReader):
        outbox.put(caption("c", "three", final=True))
    assert texts(all_of(outbox)) == [(1, "one"), (2, "two")]


def sent(*events: Event) -> Outbox:
    """An outbox from which these were taken, each as soon as it was there."""
    outbox = Outbox()
    for event in events:
        outbox.put(event)
        outbox.pop()
    return outbox


def test_after_a_loss_what_was_not_seen_comes_again_under_the_numbers_that_follow() -> None:
    outbox = sent(
        caption("a", "one"), caption("b", "two"), caption("a", "one and", final=True), caption("b", "two too")
    )
    outbox.put(caption("b", "two too!", final=True))
    outbox.rewind(1)
    assert texts(all_of(outbox)) == [(2, "one and"), (3, "two too"), (4, "two too!")]


def test_who_has_seen_all_gets_no_caption_again() -> None:
    outbox = sent(caption("a", "one"), caption("a", "one two", final=True))
    outbox.rewind(2)
    assert texts(all_of(outbox)) == []
    outbox.put(caption("b", "three"))
    assert texts(all_of(outbox)) == [(3, "three")]


def test_events_without_a_number_come_again_when_they_may_not_have_arrived() -> None:
    before: list[Event] = [Speech("started", 0.0), Ack(1)]
    after: list[Event] = [Speech("stopped", 1.0), Flushed("f", 2)]
    outbox = sent(*before, caption("a", "one"), *after, Pong("p"))
    outbox.rewind(1)
    assert all_of(outbox) == after


def test_a_second_loss_in_the_midst_of_the_repetition_loses_nothing() -> None:
    outbox = sent(*(caption(name, name, final=True) for name in "abcd"))
    outbox.rewind(1)
    outbox.pop()
    outbox.rewind(1)
    assert texts(all_of(outbox)) == [(2, "b"), (3, "c"), (4, "d")]


def test_what_was_forgotten_comes_from_elsewhere_and_once() -> None:
    outbox = Outbox(sent=2)
    finals = [caption(name, name, final=True) for name in "abcd"]
    for event in finals:
        outbox.put(event)
    all_of(outbox)
    assert outbox.forgotten == 2
    outbox.rewind(0, finals)
    assert texts(all_of(outbox)) == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]


def test_what_is_stored_is_remembered_only_for_a_while() -> None:
    outbox = Outbox()
    finals = [caption(str(number), "said", final=True) for number in range(2 * LATELY)]
    for event in finals:
        outbox.put(event)
        outbox.pop()
        outbox.stored([event.segment.id])
    assert outbox.forgotten == LATELY
    outbox.rewind(LATELY)
    assert len(all_of(outbox)) == LATELY
    outbox.rewind(0, finals[:LATELY])
    assert [seq for seq, _ in texts(all_of(outbox))] == list(range(1, 2 * LATELY + 1))


def test_what_is_not_stored_is_remembered_longer() -> None:
    outbox = Outbox()
    for number in range(2 * LATELY):
        outbox.put(caption(str(number), "said", final=True))
        outbox.pop()
    assert outbox.forgotten == 0


def test_the_number_of_a_caption_is_never_told_too_low() -> None:
    outbox = sent(caption("a", "one"))
    outbox.put(caption("b", "two"))
    outbox.put(Ack(1))
    outbox.put(caption("a", "one", final=True))
    assert (outbox.number_of("a"), outbox.number_of("b"), outbox.expected_seq) == (3, 2, 3)
    outbox.put(caption("b", "two", final=True))
    assert (outbox.number_of("a"), outbox.number_of("b")) == (2, 3)
    all_of(outbox)
    assert (outbox.number_of("a"), outbox.number_of("b"), outbox.seq) == (2, 3, 3)
