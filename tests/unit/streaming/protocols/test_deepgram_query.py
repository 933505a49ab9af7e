"""Every parameter of `/v1/listen` becomes an option of the session, is named as left out, or is refused."""

from typing import Any

import pytest

from streaming.commands import AudioFormat, Encoding
from streaming.errors import ProtocolError
from streaming.protocols.deepgram_query import MAX_TERM, MAX_TERMS, Wishes, read_wishes

RAW = {"encoding": ["linear16"], "sample_rate": ["16000"]}


def asked(**query: str | list[str]) -> Wishes:
    """What a query asks for."""
    return read_wishes({name: [value] if isinstance(value, str) else value for name, value in query.items()})


def refusal(**query: Any) -> ProtocolError:
    """Why a query is refused."""
    with pytest.raises(ProtocolError) as caught:
        asked(**query)
    assert caught.value.status == 400
    assert caught.value.message.endswith(".")
    return caught.value


def test_nothing_asked_for_is_a_container_in_english_without_interim_text() -> None:
    wishes = asked()
    assert wishes.start.audio.encoding is Encoding.AUTO
    assert (wishes.start.languages, wishes.start.endpointing_ms) == (("en",), 500)
    assert [wishes.start.interim, wishes.formatted, wishes.vad_events, wishes.name_language] == [False] * 4
    assert wishes.utterance_end is None


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("linear16", Encoding.PCM_S16LE),
        ("linear32", Encoding.PCM_F32LE),
        ("mulaw", Encoding.MULAW),
        ("alaw", Encoding.ALAW),
    ],
)
def test_raw_audio_is_as_declared(name: str, encoding: Encoding) -> None:
    audio = asked(encoding=name, sample_rate="8000", channels="2").start.audio
    assert audio == AudioFormat(encoding, 8_000, 2)


@pytest.mark.parametrize("name", ["flac", "opus", "ogg-opus"])
def test_what_has_a_container_is_found_out(name: str) -> None:
    assert asked(encoding=name, sample_rate="48000").start.audio.encoding is Encoding.AUTO


def test_channels_of_a_container_are_bounded() -> None:
    assert asked(channels="999999999", multichannel="true").start.audio.channels == 8


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"encoding": "amr-nb"}, "unknown_encoding"),
        ({"encoding": "speex"}, "unknown_encoding"),
        ({"encoding": "linear16"}, "invalid_field"),
        ({"encoding": "linear16", "sample_rate": "7999"}, "bad_sample_rate"),
        ({"encoding": "linear16", "sample_rate": "16000", "channels": "9"}, "bad_channels"),
        ({"encoding": "linear16", "sample_rate": "much"}, "invalid_field"),
        ({"encoding": "linear16", "sample_rate": "1" * 10}, "invalid_field"),
        ({"interim_results": "maybe"}, "invalid_field"),
        ({"language": "not a tag"}, "invalid_field"),
        ({"endpointing": "-1"}, "invalid_field"),
        ({"utterance_end_ms": "soon"}, "invalid_field"),
        ({"keyterm": "x" * (MAX_TERM + 1)}, "invalid_field"),
        ({"keyterm": ["x"] * (MAX_TERMS + 1)}, "invalid_field"),
        ({"callback": "https://example.org"}, "not_supported"),
        ({"redact": ["pci", "ssn"]}, "not_supported"),
    ],
)
def test_what_cannot_be_served_is_refused(query: dict[str, Any], code: str) -> None:
    assert refusal(**query).code == code


@pytest.mark.parametrize(
    ("given", "milliseconds"),
    [("10", 200), ("25", 200), ("300", 300), ("99999", 3000), ("false", 3000), ("true", 500)],
)
def test_endpointing_is_kept_to_what_makes_words(given: str, milliseconds: int) -> None:
    assert asked(endpointing=given).start.endpointing_ms == milliseconds


@pytest.mark.parametrize(
    ("query", "languages", "named"),
    [
        ({"language": "en-US"}, ("en",), False),
        ({"language": "zh_TW"}, ("zh",), False),
        ({"language": "multi"}, (), True),
        ({"detect_language": "true"}, (), True),
        ({"detect_language": "true", "language": "ru"}, (), True),
        ({"detect_language": "false", "language": "ru"}, ("ru",), False),
        ({"detect_language": ["ru", "en"]}, ("ru", "en"), True),
        ({"language_hint": ["de", "de-AT"]}, ("de",), False),
    ],
)
def test_languages(query: dict[str, Any], languages: tuple[str, ...], named: bool) -> None:
    wishes = asked(**query)
    assert (wishes.start.languages, wishes.name_language) == (languages, named)


def test_terms_lose_their_boost_and_those_to_be_avoided_are_left_out() -> None:
    wishes = asked(keyterm=[" Steno ", "at: once"], keywords=["Yandex:2", "Yandex:1.5", "umm:-5", "plain"])
    assert wishes.start.hotwords == ("Steno", "at: once", "Yandex", "plain")


@pytest.mark.parametrize("flag", ["punctuate", "smart_format", "dictation"])
@pytest.mark.parametrize("value", ["true", "True", "1"])
def test_any_wish_for_marks_gives_marks(flag: str, value: str) -> None:
    assert asked(**{flag: value}).formatted


def test_the_end_of_an_utterance_needs_interim_results() -> None:
    assert asked(utterance_end_ms="1000").utterance_end is None
    assert asked(utterance_end_ms="1000", interim_results="true").utterance_end == 1.0


def test_what_is_not_done_is_named_and_what_is_not_known_passed_over() -> None:
    wishes = asked(diarize="true", numerals="false", search=["a", "b"], no_delay="true", filler_words="true")
    assert wishes.ignored == ("diarize", "search")


def test_a_meeting_may_be_named() -> None:
    wishes = asked(extra=["meeting:mtg_1", "title:Weekly: plan", "other:x"])
    assert (wishes.start.meeting, wishes.start.title) == ("mtg_1", "Weekly: plan")
    assert len(asked(extra="title:" + "x" * 999).start.title or "") == 300
