"""What is stored of a session, and the places at which it can be taken up."""

import json

import numpy as np
import pytest

from asr.types import SAMPLE_RATE
from streaming.commands import AudioFormat, Encoding, Start
from streaming.decoding import PcmDecoder
from streaming.progress import (
    Progress,
    TrackProgress,
    start_as_json,
    start_of_json,
    step,
    whole_frames,
)
from streaming.segmenter import WINDOW

RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 12_345]


def test_a_progress_reads_back_from_json() -> None:
    one = TrackProgress(5_000, 2, {"transcribed": 4_000, "silence": 1_000, "lost": 0, "quarantined": 0}, "en")
    progress = Progress(4_608, 2, (one, TrackProgress(4_700, 0, {"silence": 4_700})))
    assert Progress.of_json(json.loads(json.dumps(progress.as_json()))) == progress


def test_options_read_back_from_json_and_unknown_ones_are_left_out() -> None:
    start = Start(
        AudioFormat(Encoding.MULAW, 8_000, 2), "m", ("en",), hotwords=("Steno",), tracks=("left", "right")
    )
    value = json.loads(json.dumps(start_as_json(start)))
    assert start_of_json(value | {"of_a_later_version": 1}) == start
    assert start_of_json({"audio": value["audio"]}) == Start(AudioFormat(Encoding.MULAW, 8_000, 2))


@pytest.mark.parametrize("rate", RATES)
def test_a_place_to_go_on_is_a_whole_frame_and_a_whole_window(rate: int) -> None:
    place = step(AudioFormat(Encoding.PCM_S16LE, rate))
    assert place % WINDOW == 0
    assert place * rate % SAMPLE_RATE == 0
    assert place <= 4 * SAMPLE_RATE


def test_a_container_has_no_such_places() -> None:
    assert step(AudioFormat(Encoding.AUTO)) == 1


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("taken", [0, 1, 4_409, 12_345])
def test_audio_that_is_sent_again_is_taken_once(rate: int, taken: int) -> None:
    audio = AudioFormat(Encoding.PCM_F32LE, rate)
    source = np.sin(np.arange(30_000) / 50).astype("<f4")
    whole = PcmDecoder(audio)
    expected = np.concatenate([whole.feed(source.tobytes()), whole.finish()], axis=1)

    decoder = PcmDecoder(audio)
    parts = [decoder.feed(source[:taken].tobytes())]
    position = decoder.rewind()
    assert position * rate % SAMPLE_RATE == 0
    again = position * rate // SAMPLE_RATE
    assert taken - whole_frames(rate)[0] < again <= taken
    parts += [decoder.feed(piece.tobytes()) for piece in np.array_split(source[again:], 7)]
    parts.append(decoder.finish())
    assert np.array_equal(np.concatenate(parts, axis=1), expected)


def test_a_second_loss_before_the_repetition_is_over_changes_nothing() -> None:
    decoder = PcmDecoder(AudioFormat(Encoding.PCM_S16LE, 48_000))
    decoder.feed(bytes(2 * 1_000))
    assert decoder.rewind() == decoder.rewind() == 333
    decoder.feed(bytes(2 * 3))
    assert decoder.rewind() == 334


def test_a_stream_that_goes_on_elsewhere_counts_from_its_first_sample() -> None:
    decoder = PcmDecoder(AudioFormat(Encoding.PCM_S16LE, 48_000), first=512)
    assert decoder.rewind() == 512
    decoder.feed(bytes(2 * 30))
    assert decoder.rewind() == 522
