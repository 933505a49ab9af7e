"""What a session keeps does not grow with its length."""

import numpy as np

from streaming.commands import AudioFormat, Encoding, Start
from streaming.session import Session
from tests.fakes.recognizer import transcribe
from tests.fakes.vad import EnergyVad
from tests.support.kept import kept
from tests.support.speech import join, say, silence

UTTERANCE = join(say("one two three four five six"), silence(0.6))[np.newaxis, :]


def hear(session: Session, utterances: int) -> int:
    """Hear so many more utterances, flush now and then, and say how much is kept afterwards."""
    for number in range(utterances):
        for begin in range(0, UTTERANCE.shape[1], 4_000):
            session.feed(UTTERANCE[:, begin : begin + 4_000], 0.0)
            for request in session.take_requests():
                # One in ten is lost, and is told so.
                if number % 10 == 9 and request.kind.whole:
                    session.failed(request, "engine_error")
                else:
                    session.answered(request, transcribe(request))
        if number % 7 == 0:
            session.flush(str(number), 0.0)
        checkpoint = session.checkpoint()
        if checkpoint is not None:
            session.stored(checkpoint)
        session.take_events()
    assert session.position > utterances * UTTERANCE.shape[1] - 1
    return kept(session)


def test_hours_of_speech_leave_nothing_behind() -> None:
    session = Session("s", Start(AudioFormat(Encoding.PCM_S16LE), endpointing_ms=300), EnergyVad)
    hear(session, 20)
    before, after = hear(session, 10), hear(session, 100)
    # A count needs another four bytes as it grows.
    assert after - before < 200


def test_what_is_kept_is_counted() -> None:
    session = Session("s", Start(AudioFormat(Encoding.PCM_S16LE)), EnergyVad)
    before = kept(session)
    session.feed(np.full((1, 16_000), 0.5, np.float32), 0.0)
    assert kept(session) > before + 16_000
