"""A piece that cannot be begun holds no file open."""

from pathlib import Path
from typing import IO, Any

import pytest

from server.recording.piece import Piece, beside


def test_a_piece_that_cannot_be_begun_closes_what_it_has_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[IO[Any]] = []
    plainly = Path.open

    def noted(path: Path, *how: Any, **more: Any) -> IO[Any]:
        opened.append(plainly(path, *how, **more))
        return opened[-1]

    path = tmp_path / "mtg_1" / "ses_1-0-0.ogg"
    beside(path).mkdir(parents=True)
    monkeypatch.setattr(Path, "open", noted)
    with pytest.raises(IsADirectoryError):
        Piece(path, 0)
    (file,) = opened
    assert file.closed
