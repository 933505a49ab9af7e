"""Raw audio: every encoding as the standard has it, and nothing unsafe passes."""

import av
import numpy as np
import pytest

from streaming import pcm
from streaming.commands import AudioFormat, Encoding
from streaming.errors import Close, ProtocolError

ALL_BYTES = bytes(range(256))


def test_s16_spans_minus_one_to_just_below_one() -> None:
    data = np.array([[-32768, 0], [32767, 16384]], "<i2").tobytes()
    samples = pcm.decode(data, AudioFormat(Encoding.PCM_S16LE, channels=2))
    assert samples.dtype == np.float32
    assert samples.tolist() == [[-1.0, 0.0], [32767 / 32768, 0.5]]


def test_float_that_is_no_number_or_too_loud_becomes_safe() -> None:
    data = np.array([np.nan, np.inf, -np.inf, 7.0, -0.25, 1e38], "<f4").tobytes()
    samples = pcm.decode(data, AudioFormat(Encoding.PCM_F32LE))
    assert samples[:, 0].tolist() == [0.0, 1.0, -1.0, 1.0, -0.25, 1.0]


@pytest.mark.parametrize(("encoding", "codec"), [(Encoding.MULAW, "pcm_mulaw"), (Encoding.ALAW, "pcm_alaw")])
def test_g711_agrees_with_ffmpeg_on_every_byte(encoding: Encoding, codec: str) -> None:
    context = av.CodecContext.create(codec, "r")
    assert isinstance(context, av.AudioCodecContext)
    context.sample_rate = 8000
    context.layout = av.AudioLayout("mono")
    frames = context.decode(av.Packet(ALL_BYTES))
    expected = frames[0].to_ndarray().reshape(-1).astype(np.float32) / 32768
    assert np.array_equal(pcm.decode(ALL_BYTES, AudioFormat(encoding, 8000))[:, 0], expected)


@pytest.mark.parametrize(
    ("encoding", "channels", "size", "multiple"),
    [(Encoding.PCM_S16LE, 1, 3, 2), (Encoding.PCM_S16LE, 2, 6, 4), (Encoding.PCM_F32LE, 2, 12, 8)],
)
def test_a_cut_frame_is_refused_with_both_numbers(
    encoding: Encoding, channels: int, size: int, multiple: int
) -> None:
    with pytest.raises(ProtocolError) as caught:
        pcm.decode(bytes(size), AudioFormat(encoding, channels=channels))
    assert caught.value.code == "audio_misaligned"
    assert caught.value.close is Close.NOT_UNDERSTOOD
    assert f"{size} bytes" in caught.value.message
    assert f"multiple of {multiple} " in caught.value.message


def test_no_bytes_are_no_frames() -> None:
    assert pcm.decode(b"", AudioFormat(Encoding.ALAW, channels=3)).shape == (0, 3)


@pytest.mark.parametrize("rate", [0, 7_999, 48_001, -16_000])
def test_a_rate_out_of_range_is_refused(rate: int) -> None:
    with pytest.raises(ProtocolError, match="bad_sample_rate") as caught:
        pcm.validate(AudioFormat(Encoding.PCM_S16LE, rate))
    assert caught.value.close is Close.NOT_UNDERSTOOD


@pytest.mark.parametrize("channels", [0, 9, -1])
def test_a_channel_count_out_of_range_is_refused(channels: int) -> None:
    with pytest.raises(ProtocolError, match="bad_channels"):
        pcm.validate(AudioFormat(Encoding.PCM_S16LE, channels=channels))


def test_auto_declares_nothing_that_could_be_wrong() -> None:
    pcm.validate(AudioFormat(Encoding.AUTO, 0, 0))
