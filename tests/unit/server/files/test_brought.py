"""Raw audio of a call becomes a file that says what it holds."""

from pathlib import Path

import numpy as np
import pytest

from server.files.brought import wav_header
from server.media import AudioReader
from streaming.commands import AudioFormat, Encoding
from tests.support.recordings import raw, sentence


@pytest.mark.parametrize(
    ("encoding", "rate"),
    [
        (Encoding.PCM_S16LE, 16_000),
        (Encoding.PCM_F32LE, 48_000),
        (Encoding.MULAW, 8_000),
        (Encoding.ALAW, 8_000),
    ],
)
def test_what_was_declared_is_heard(tmp_path: Path, encoding: Encoding, rate: int) -> None:
    file = tmp_path / "raw.wav"
    file.write_bytes(wav_header(AudioFormat(encoding, rate)) + raw(sentence(), encoding, rate))
    heard = np.concatenate([tracks[0] for tracks in AudioReader(file)])
    assert len(heard) == pytest.approx(len(sentence()), abs=800)
    assert np.corrcoef(heard[: 16_000 * 3], sentence()[: 16_000 * 3])[0, 1] > 0.9


def test_channels_stay_apart(tmp_path: Path) -> None:
    both = np.stack([np.full(1_600, 8_000, "<i2"), np.zeros(1_600, "<i2")], axis=1)
    file = tmp_path / "raw.wav"
    file.write_bytes(wav_header(AudioFormat(Encoding.PCM_S16LE, 16_000, 2)) + both.tobytes())
    heard = np.concatenate(list(AudioReader(file, multichannel=True)), axis=1)
    assert heard.shape[0] == 2
    assert abs(heard[0]).max() > 0.2
    assert abs(heard[1]).max() == 0.0
