"""However the bytes of a stream are cut, the samples are the same, to the last bit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.commands import AudioFormat, Encoding
from streaming.decoding import PcmDecoder
from streaming.pcm import Frames

NOISE = (np.random.default_rng(7).standard_normal(40_000) * 9_000).astype("<i2").tobytes()


def decode(data: bytes, pieces: list[int], audio: AudioFormat, multichannel: bool) -> Frames:
    decoder = PcmDecoder(audio, multichannel)
    out, at = [], 0
    for piece in pieces:
        out.append(decoder.feed(data[at : at + piece]))
        at += piece
    return np.concatenate([*out, decoder.feed(data[at:]), decoder.finish()], axis=1)


@settings(max_examples=60)
@given(
    rate=st.integers(8_000, 48_000),
    channels=st.integers(1, 8),
    frames=st.integers(0, 2_500),
    cuts=st.lists(st.integers(0, 400), max_size=30),
    multichannel=st.booleans(),
)
def test_any_cut_gives_the_same_samples(
    rate: int, channels: int, frames: int, cuts: list[int], multichannel: bool
) -> None:
    audio = AudioFormat(Encoding.PCM_S16LE, rate, channels)
    data = NOISE[: frames * channels * 2]
    whole = decode(data, [], audio, multichannel)
    cut = decode(data, [piece * channels * 2 for piece in cuts], audio, multichannel)
    assert whole.shape == (channels if multichannel else 1, round(frames * 16_000 / rate))
    assert np.array_equal(whole, cut)
