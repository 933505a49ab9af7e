"""The unmodified `assemblyai` client against a real server: real speech in, turns out."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from loadtest.wer import normalise
from tests.sdk.short import SECONDS, SENTENCE, WAIT
from tests.sdk.speech import KEY
from tests.support.process import Server
from tests.support.recordings import RATE, encoded, s16, sentence
from tests.support.wire import pieces

v3 = pytest.importorskip("assemblyai.streaming.v3", reason="the client `assemblyai` is not installed")

# The client opens its socket in a way that the package `websockets` will give up.
pytestmark = pytest.mark.filterwarnings("ignore:connect.* must be used as a context:DeprecationWarning")

FRAME = 3_200
"""Bytes of 100 ms."""


@dataclass
class Heard:
    """What a client was told, in order."""

    begin: list[Any] = field(default_factory=list)
    turns: list[Any] = field(default_factory=list)
    started: list[Any] = field(default_factory=list)
    ended: list[Any] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def client(server: Server, **shown: str) -> tuple[Any, Heard]:
    """A client as its documentation makes it; only the host is ours."""
    options = v3.StreamingClientOptions(
        api_host=server.url.replace("http", "ws", 1),
        **(shown or {"api_key": KEY}),
        connect_timeout=WAIT,
        terminate_timeout=WAIT,
    )
    heard = Heard()
    made = v3.StreamingClient(options)

    def keep(into: list[Any], *, last: bool = False) -> Callable[[Any, Any], None]:
        def take(_: Any, event: Any) -> None:
            into.append(event)
            if last:
                heard.over.set()

        return take

    made.on(v3.StreamingEvents.Begin, keep(heard.begin))
    made.on(v3.StreamingEvents.Turn, keep(heard.turns))
    made.on(v3.StreamingEvents.SpeechStarted, keep(heard.started))
    made.on(v3.StreamingEvents.Termination, keep(heard.ended, last=True))
    made.on(v3.StreamingEvents.Error, keep(heard.errors, last=True))
    return made, heard


def spoken(server: Server, parameters: Any, frames: list[bytes], pace: float = 0.0, **shown: str) -> Heard:
    """A whole stream, a frame every `pace` seconds; what the client was told."""
    made, heard = client(server, **shown)
    made.connect(parameters)
    for frame in frames:
        made.stream(frame)
        time.sleep(pace)
    made.disconnect(terminate=True)
    assert heard.errors == []
    return heard


def test_turns_grow_while_somebody_speaks_and_end_with_words_and_times(sdk_server: Server) -> None:
    parameters = v3.StreamingParameters(sample_rate=RATE, format_turns=True, keyterms_prompt=["joining"])
    heard = spoken(sdk_server, parameters, list(pieces(s16(sentence()), FRAME)), pace=0.1)
    (begin,) = heard.begin
    assert begin.id.startswith("ses_")
    assert heard.started[0].timestamp < 1_000
    growing = [turn for turn in heard.turns if not turn.end_of_turn]
    ended = [turn for turn in heard.turns if turn.end_of_turn and not turn.turn_is_formatted]
    formatted = [turn for turn in heard.turns if turn.turn_is_formatted]
    assert growing, "nothing was shown while the speaker spoke"
    assert [turn.turn_order for turn in ended] == list(range(len(ended)))
    assert [turn.transcript for turn in formatted] == [turn.transcript for turn in ended]
    assert normalise(" ".join(turn.transcript for turn in ended)) == normalise(SENTENCE)
    words = [word for turn in ended for word in turn.words]
    assert normalise(" ".join(word.text for word in words)) == normalise(SENTENCE)
    starts = [word.start for word in words]
    assert starts == sorted(starts)
    assert all(0 <= word.start <= word.end <= 3_200 and word.word_is_final for word in words)
    assert [event.audio_duration_seconds for event in heard.ended] == [int(SECONDS)]


def test_what_a_turn_has_settled_is_never_taken_back(sdk_server: Server) -> None:
    frames = list(pieces(s16(sentence()), FRAME))
    heard = spoken(sdk_server, v3.StreamingParameters(sample_rate=RATE), frames, pace=0.05)
    texts: dict[int, str] = {}
    for turn in heard.turns:
        assert turn.transcript.startswith(texts.get(turn.turn_order, ""))
        texts[turn.turn_order] = turn.transcript


def test_a_turn_is_ended_when_the_client_says_so(sdk_server: Server) -> None:
    made, heard = client(sdk_server)
    made.connect(v3.StreamingParameters(sample_rate=RATE, include_partial_turns=False))
    made.stream(s16(sentence()[: int(1.4 * RATE)]))
    made.force_endpoint()
    made.keep_alive()
    made.set_params(v3.StreamingSessionParameters(format_turns=True))
    made.disconnect(terminate=True)
    assert heard.errors == []
    assert next(turn.transcript for turn in heard.turns if turn.end_of_turn).startswith("Good morning")


def test_opus_in_ogg_needs_no_rate(sdk_server: Server) -> None:
    recording = encoded(sentence(), "ogg", "libopus", 48_000)
    parameters = v3.StreamingParameters(encoding=v3.Encoding.ogg_opus)
    heard = spoken(sdk_server, parameters, list(pieces(recording, 2_000)))
    ended = " ".join(turn.transcript for turn in heard.turns if turn.end_of_turn)
    assert normalise(ended) == normalise(SENTENCE)


def test_a_wrong_key_is_the_clients_own_error(sdk_server: Server) -> None:
    made, heard = client(sdk_server, api_key="wrong")
    made.connect(v3.StreamingParameters(sample_rate=RATE))
    assert heard.over.wait(WAIT)
    made.disconnect()
    assert [(error.code, str(error)) for error in heard.errors] == [
        (4001, "The API key is not known to this server.")
    ]


def test_a_page_streams_with_a_token_that_was_made_for_it(sdk_server: Server) -> None:
    # The client asks for tokens over HTTPS alone.
    answer = httpx.get(
        f"{sdk_server.url}/v3/token", params={"expires_in_seconds": 60}, headers={"Authorization": KEY}
    )
    assert answer.json()["expires_in_seconds"] == 60
    frames = list(pieces(s16(sentence()), FRAME))
    parameters = v3.StreamingParameters(sample_rate=RATE)
    heard = spoken(sdk_server, parameters, frames, token=answer.json()["token"])
    assert normalise(" ".join(turn.transcript for turn in heard.turns if turn.end_of_turn)) == normalise(
        SENTENCE
    )


def test_what_is_not_done_is_refused_by_name(sdk_server: Server) -> None:
    made, heard = client(sdk_server)
    made.connect(v3.StreamingParameters(sample_rate=RATE, redact_pii=True))
    assert heard.over.wait(WAIT)
    made.disconnect()
    assert [(error.code, str(error)) for error in heard.errors] == [
        (3006, "redact_pii is not done by this server; leave it out.")
    ]
