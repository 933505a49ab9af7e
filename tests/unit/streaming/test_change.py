"""A session that is to hear what follows in another way: from the next utterance on, and no sooner."""

import numpy as np

from streaming.commands import Change
from streaming.events import Speech
from tests.support.speech import join, say, silence
from tests.unit.streaming.test_session import PAUSE, answer_all, fed, session


def test_the_next_utterance_is_heard_in_another_language_with_other_words() -> None:
    one = session(languages=("ru",), hotwords=("Стено",), interim=False)
    fed(one, say("one two three"))
    one.change(Change(("en",), ("Steno",), 500))
    fed(one, PAUSE, say("four five six"), PAUSE)
    before, after = one.take_requests()
    assert (before.language, before.hotwords) == ("ru", ("Стено",))
    assert (after.language, after.hotwords) == ("en", ("Steno",))


def test_another_pause_ends_an_utterance() -> None:
    one = session(interim=False, endpointing_ms=500)
    one.change(Change((), (), 2_000))
    events = fed(one, say("one two three"), silence(1.0), say("four five"), silence(2.5))
    assert [event.state for event in events if isinstance(event, Speech)] == ["started", "stopped"]


def test_the_language_spoken_before_is_kept_where_it_is_still_allowed() -> None:
    one = session(interim=False)
    fed(one, say("one two three four five six seven eight nine"), PAUSE)
    answer_all(one, language="ru")
    for languages, kept in (((), "ru"), (("ru", "en"), "ru"), (("fr", "en"), None), (("fr", "de"), None)):
        one.change(Change(languages, (), 500))
        fed(one, say("one"), PAUSE)
        (request,) = one.take_requests()
        assert request.languages == languages
        assert (request.prior.language if request.prior else None) == kept


def test_the_final_of_an_utterance_from_before_says_nothing_of_the_languages_after() -> None:
    one = session(languages=("ru", "de"), interim=False)
    fed(one, say("one two three four five six seven eight nine"), PAUSE)
    one.change(Change(("en", "fr"), (), 500))
    answer_all(one, language="ru")
    fed(one, say("one"), PAUSE)
    (request,) = one.take_requests()
    assert request.prior is None


def test_before_any_audio_it_is_as_if_it_had_been_asked_for_at_the_start() -> None:
    one = session(interim=False, multichannel=True)
    one.change(Change(("en",), (), 500))
    one.feed(np.stack([join(say("one two"), PAUSE)] * 2), 0.0)
    assert [request.language for request in one.take_requests()] == ["en", "en"]
