"""Recordings become clips whose ends are the ends of speech."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loadtest.client import RATE
from loadtest.corpus import FRAME, MARGIN, Corpus, packaged_corpus, read_corpus, trimmed
from loadtest.errors import LoadTestError
from tests.support.media import pack, tone
from tests.unit.loadtest.made import clip


def row(**fields: Any) -> str:
    base = {"file": "a.wav", "language": "en", "kind": "speech", "reference": "hello", "doubtful": "no"}
    return json.dumps(base | fields)


def folder(path: Path, *rows: str) -> Path:
    (path / "a.wav").write_bytes(pack(tone(4.0), "wav", "pcm_s16le"))
    (path / "manifest.jsonl").write_text("\n".join(rows), "utf-8")
    return path


def test_the_packaged_meeting_is_cut_into_its_utterances() -> None:
    corpus = packaged_corpus()
    assert len(corpus.clips) == 19
    assert corpus.clips[2].reference == "Yes please, go ahead."
    assert corpus.clips[2].seconds == pytest.approx(1.39, abs=0.1)
    assert sum(len(one.reference.split()) for one in corpus.clips) > 200


def test_only_rows_that_can_be_scored_are_taken(tmp_path: Path) -> None:
    rows = [
        row(),
        row(start=1, end=3, reference="part"),
        row(start=1, end=1.1, reference="too short"),
        row(doubtful="slightly"),
        row(kind="nonspeech"),
        row(reference=" "),
    ]
    clips = read_corpus(folder(tmp_path, *rows)).clips
    assert [(one.reference, round(one.seconds, 2)) for one in clips] == [("hello", 4.0), ("part", 2.0)]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["{"], "bad_corpus"),
        (["[1]"], "bad_corpus"),
        ([row(file="absent.ogg")], "bad_recording"),
        ([row(file="manifest.jsonl")], "bad_recording"),
        ([row(doubtful="yes")], "no_clips"),
    ],
)
def test_an_unusable_folder_is_told(tmp_path: Path, rows: list[str], code: str) -> None:
    with pytest.raises(LoadTestError) as caught:
        read_corpus(folder(tmp_path, *rows))
    assert caught.value.code == code


def test_a_folder_without_a_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoadTestError, match=r"manifest\.jsonl cannot be read"):
        read_corpus(tmp_path)


def test_silence_around_speech_is_cut_and_inside_it_is_kept() -> None:
    hush, sound = np.zeros(RATE, np.float32), np.ones(RATE, np.float32)
    whole = np.concatenate([hush, sound, hush, sound, hush])
    assert len(trimmed(whole)) == 3 * RATE + 2 * MARGIN * FRAME
    assert not len(trimmed(hush))


def test_a_limit_takes_the_same_clips_every_time_and_of_every_language_its_share() -> None:
    clips = tuple(clip(2.0, str(index), language) for language in ("en", "ru") for index in range(10))
    corpus = Corpus("made", clips)
    limited = corpus.limited(12, seed=3)
    assert [one.language for one in limited.clips] == ["en"] * 3 + ["ru"] * 3
    assert limited.clips == corpus.limited(12, seed=3).clips
    assert limited.clips != corpus.limited(12, seed=4).clips
    assert {one.language for one in corpus.of(["ru"]).clips} == {"ru"}
    with pytest.raises(LoadTestError, match="no speech in fi"):
        corpus.of(["fi"])


def test_no_clip_takes_most_of_what_is_said() -> None:
    corpus = Corpus("made", (clip(9.0, "long"), *(clip(2.0, "short") for _ in range(9))))
    assert {one.reference for one in corpus.limited(12, seed=1).clips} == {"short"}
    assert [one.seconds for one in corpus.limited(1, seed=1).clips] == [2.0]
