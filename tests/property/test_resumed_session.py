"""For any speech, lost with its process at any checkpoint: what goes on makes the same transcript."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from asr.types import Waveform
from streaming.commands import AudioFormat, Encoding, Start
from streaming.progress import Progress, start_as_json, start_of_json, step
from streaming.segments import Segment
from streaming.session import Session
from tests.fakes.vad import EnergyVad
from tests.property.test_session import ANY_RECORDING, CHUNKS, FEW, RECORDINGS, Client, pieces

START = Start(AudioFormat(Encoding.PCM_S16LE), multichannel=True, interim=False, endpointing_ms=300)


def played(tracks: Waveform, sizes: list[int], answers: list[bool]) -> Client:
    """A session without a loss; `answers` says after which pieces the model has answered."""
    client = Client(Session("s", START, EnergyVad))
    for number, piece in enumerate(pieces(tracks, sizes)):
        client.feed(piece)
        while client.waiting and answers[number % len(answers)]:
            client.act("answer", number)
        client.store()
    client.finish()
    return client


def go_on(progress: Progress, tracks: Waveform, sizes: list[int]) -> Client:
    """Another process takes the session up and gets the rest of the audio."""
    stored = json.loads(json.dumps({"start": start_as_json(START), "progress": progress.as_json()}))
    start, begun = start_of_json(stored["start"]), Progress.of_json(stored["progress"])
    assert start == START
    assert begun == progress
    client = Client(Session("s", start, EnergyVad, begun))
    for piece in pieces(tracks[:, begun.position :], sizes):
        client.feed(piece)
        while client.waiting:
            client.act("answer", 0)
    client.finish()
    return client


def by_id(segments: list[Segment]) -> list[Segment]:
    """In one order, whichever answer came first."""
    return sorted(segments, key=lambda segment: segment.id)


@FEW
@given(ANY_RECORDING, RECORDINGS, CHUNKS, st.lists(st.booleans(), min_size=1, max_size=7), st.integers(0, 99))
def test_it_goes_on_from_any_checkpoint(
    left: Waveform, right: Waveform, sizes: list[int], answers: list[bool], which: int
) -> None:
    length = max(len(left), len(right))
    tracks = np.stack([np.pad(one, (0, length - len(one))) for one in (left, right)])
    whole = played(tracks, sizes, answers)
    before_the_end = [one for one in whole.checkpoints if one.ended is None]
    if not before_the_end:
        return
    cut = which % len(before_the_end)
    checkpoint = before_the_end[cut]
    assert checkpoint.position % step(START.audio) == 0
    kept = [segment for one in before_the_end[: cut + 1] for segment in one.segments]
    rest = go_on(checkpoint.progress, tracks, sizes)
    assert by_id([*kept, *rest.segments]) == by_id(whole.segments)
    assert rest.session.complete
    assert rest.session.ended() == whole.session.ended()


@FEW
@given(RECORDINGS, CHUNKS)
def test_a_session_that_is_only_stopped_is_complete(audio: Waveform, sizes: list[int]) -> None:
    whole = played(audio[np.newaxis, :], sizes, [True])
    for checkpoint in whole.checkpoints[:-1]:
        rest = go_on(checkpoint.progress, np.zeros((1, 0), np.float32), sizes)
        assert rest.session.complete
        assert rest.segments == []
