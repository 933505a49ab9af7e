"""Channels become tracks; the number of tracks never changes within a stream."""

import numpy as np
import pytest

from streaming.commands import AudioFormat, Encoding
from streaming.decoding import PcmDecoder, TrackDecoder, arrange
from streaming.errors import ProtocolError

STEREO = AudioFormat(Encoding.PCM_S16LE, 16_000, 2)


def test_channels_are_averaged_and_so_never_clip() -> None:
    full = np.full((100, 2), 32767, "<i2")
    full[50:, 1] = -32767
    tracks = PcmDecoder(STEREO).feed(full.tobytes())
    assert tracks.shape == (1, 100)
    assert tracks[0, :50] == pytest.approx(32767 / 32768)
    assert tracks[0, 50:] == pytest.approx(0)


def test_multichannel_gives_each_channel_its_own_track() -> None:
    data = np.array([[1000, -2000], [3000, -4000]], "<i2")
    decoder = PcmDecoder(STEREO, multichannel=True)
    assert decoder.tracks == 2
    assert (decoder.feed(data.tobytes()) * 32768).tolist() == [[1000, 3000], [-2000, -4000]]


def test_finishing_before_any_audio_gives_empty_tracks() -> None:
    assert PcmDecoder(STEREO, multichannel=True).finish().shape == (2, 0)


def test_a_format_out_of_range_is_refused_at_once() -> None:
    with pytest.raises(ProtocolError, match="bad_channels"):
        PcmDecoder(AudioFormat(Encoding.PCM_S16LE, 16_000, 9))


def test_a_change_of_rate_in_mid_stream_keeps_the_time() -> None:
    decoder = TrackDecoder(multichannel=False)
    parts = [
        decoder.feed(np.ones((4_800, 1), np.float32), 48_000),
        decoder.feed(np.ones((800, 2), np.float32), 8_000),
        decoder.feed(np.ones((1_600, 1), np.float32), 16_000),
        decoder.finish(),
    ]
    assert np.concatenate(parts, axis=1).shape == (1, 3 * 1_600)


def test_surplus_channels_go_into_the_last_track_and_missing_ones_are_silent() -> None:
    four = np.array([[0.1, 0.2, 0.4, 0.6]], np.float32)
    assert arrange(four, 2)[0] == pytest.approx([0.1, 0.4])
    assert arrange(four[:, :1], 3)[0] == pytest.approx([0.1, 0.0, 0.0])
    assert arrange(four[:, :2], 3)[0] == pytest.approx([0.1, 0.2, 0.0])
