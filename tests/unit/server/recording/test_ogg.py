"""How far a file is whole, wherever it was cut off."""

from pathlib import Path

import numpy as np
import pytest

from server.recording import piece
from server.recording.ogg import last_whole, pre_skip
from server.recording.piece import Piece, extent, mend


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of noise."""
    path = tmp_path_factory.mktemp("ogg") / "a.ogg"
    written = Piece(path, 0)
    noise = np.random.default_rng(1).normal(0, 3000, 48_000)
    written.write(noise.astype(np.int16))
    written.close()
    return path


def test_the_length_of_a_whole_file_is_exact(file: Path) -> None:
    found = extent(file)
    assert (found.samples, found.length) == (48_000, file.stat().st_size)


def test_a_file_that_is_cut_off_anywhere_is_whole_up_to_a_page(file: Path, tmp_path: Path) -> None:
    data, before = file.read_bytes(), 0
    cut = tmp_path / "cut.ogg"
    for size in range(0, len(data), 97):
        cut.write_bytes(data[:size])
        found = mend(cut)
        assert found.length <= size
        assert cut.stat().st_size == found.length
        assert before <= found.samples
        before = found.samples
    assert before >= 48_000 - 3_200


def test_a_damaged_page_is_none(file: Path) -> None:
    data = bytearray(file.read_bytes())
    whole = last_whole(bytes(data), 0)
    data[-1] ^= 1
    torn = last_whole(bytes(data), 0)
    assert whole is not None
    assert torn is not None
    assert torn.length < whole.length == len(data)


def test_what_is_no_ogg_has_no_end() -> None:
    assert last_whole(b"", 0) is None
    assert last_whole(b"OggS" * 1000, 0) is None
    assert last_whole(b"OggS\0" + bytes(21) + b"\xff" + bytes(10), 0) is None
    assert pre_skip(b"no") == 0


def test_peaks_that_a_crash_has_cut_off_are_quiet(file: Path) -> None:
    piece.beside(file).write_bytes(b"\x40" * 10)
    assert piece.drawn(file, 48_000) == b"\x40" * 10 + bytes(20)
