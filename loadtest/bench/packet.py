"""What one packet of 40 ms costs on the event loop: from bytes through the session to events, no model."""

import numpy as np

from asr.types import DecodeRequest, Hypothesis
from asr.vad import WINDOW, shared_vad
from loadtest.bench.timing import Row, seconds_of, show
from loadtest.client import Audio
from loadtest.corpus import packaged_corpus
from streaming import pcm
from streaming.commands import AudioFormat, Encoding, Start
from streaming.session import Session

PIECE = 640
SECONDS = 20
FORMAT = AudioFormat(Encoding.PCM_S16LE)


def main() -> None:
    """Print the table."""
    sound = np.concatenate([clip.audio for clip in packaged_corpus().clips])[: SECONDS * 16_000]
    packets = [_bytes(sound[at : at + PIECE]) for at in range(0, len(sound), PIECE)]
    number = len(packets)
    least = seconds_of(lambda: _detector(sound), rounds=3) / number
    rows = [
        Row("bytes to samples", seconds_of(lambda: _decode(packets), rounds=3) / number, least),
        Row("the whole session", seconds_of(lambda: _session(packets), rounds=3) / number, least),
    ]
    show("One packet", "40 ms of speech", "the speech detector alone on the same sound", rows)


def _bytes(samples: Audio) -> bytes:
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2"))


def _decode(packets: list[bytes]) -> None:
    for packet in packets:
        pcm.decode(packet, FORMAT)


def _detector(sound: Audio) -> None:
    stream = shared_vad().stream()
    for at in range(0, len(sound) - WINDOW + 1, WINDOW):
        stream.probabilities(sound[at : at + WINDOW].reshape(1, WINDOW))


def _session(packets: list[bytes]) -> None:
    """A session whose model answers at once and with the same words."""
    session = Session("bench", Start(FORMAT), shared_vad().stream)
    for index, packet in enumerate(packets):
        now = index * 0.04
        session.feed(pcm.decode(packet, FORMAT).T, now)
        for request in session.take_requests():
            session.answered(request, _answer(request))
        session.take_events()
        checkpoint = session.checkpoint()
        if checkpoint is not None:
            session.stored(checkpoint)


def _answer(request: DecodeRequest) -> Hypothesis:
    return Hypothesis(request.prefix or "so it goes", "en")


if __name__ == "__main__":
    main()
