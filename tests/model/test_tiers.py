"""Two real models as one engine: finals are the main one's, drafts the small one's, on real speech."""

from dataclasses import replace

import pytest

from asr.tiers import TieredEngine
from asr.types import SAMPLE_RATE, DecodeRequest, Kind
from streaming.utterance import WHOLE_BEAM
from tests.support.heard import Heard
from tests.support.recordings import samples

pytestmark = [pytest.mark.model, pytest.mark.patient, pytest.mark.timeout(1800)]

SECONDS = 9.0


def test_finals_are_those_of_the_main_model_and_drafts_of_the_small_one(heard: Heard) -> None:
    main, small = heard.engine("base"), heard.engine("tiny.en")
    both = TieredEngine(main, small)
    audio = samples()[: int(SECONDS * SAMPLE_RATE)]
    asked = DecodeRequest("u", 1, Kind.FINAL, audio, 0, 0.0, beam=WHOLE_BEAM, language="en")
    assert both.decode_batch([asked]) == main.decode_batch([asked])
    draft = replace(asked, kind=Kind.PARTIAL, beam=1)
    (drafted,) = both.decode_batch([draft])
    assert drafted == replace(small.decode_batch([draft])[0], provisional=True)
    open_language = replace(draft, language=None, languages=("en", "ru"))
    assert both.decode_batch([open_language]) == main.decode_batch([open_language])


def test_a_draft_after_a_pause_goes_on_from_what_was_heard_in_it(heard: Heard) -> None:
    both = TieredEngine(heard.engine("base"), heard.engine("tiny.en"))
    audio = samples()
    pause = DecodeRequest(
        "u", 1, Kind.PAUSE, audio[: int(3.1 * SAMPLE_RATE)], 0, 0.0, beam=WHOLE_BEAM, language="en"
    )
    (paused,) = both.decode_batch([pause])
    assert "everyone" in paused.text
    whole = replace(pause, kind=Kind.PARTIAL, beam=1, audio=audio[: int(SECONDS * SAMPLE_RATE)])
    (afresh,) = both.decode_batch([whole])
    (gone_on,) = both.decode_batch([replace(whole, paused=paused.text, resumed=len(pause.audio))])
    assert gone_on.text.startswith(paused.text)
    assert len(gone_on.text.split()) == pytest.approx(len(afresh.text.split()), abs=3)


def test_a_draft_goes_on_as_far_as_its_audio(heard: Heard) -> None:
    """A draft that follows another one has room for what is new in it, and for what it says again."""
    model = heard.engine("tiny.en")
    audio, length = samples()[: int(SECONDS * SAMPLE_RATE)], int(0.35 * SAMPLE_RATE)
    window = DecodeRequest("u", 1, Kind.PARTIAL, audio, 0, 0.0, language="en")
    (afresh,) = model.decode_batch([window])
    (before,) = model.decode_batch([replace(window, audio=audio[:-length])])
    follows = replace(window, draft=before.text, drafted=len(audio) - length)
    assert model.decode_batch([follows])[0].text == afresh.text
