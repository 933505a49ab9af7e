"""Text is made storable without changing what was storable."""

import math

from server.store.columns import clean, clean_json


def test_storable_text_is_the_same_object() -> None:
    text = "Обычный текст 😀 with a tab\t"
    assert clean(text) is text


def test_nul_is_dropped_and_a_lone_surrogate_replaced() -> None:
    assert clean("a\0b\0") == "ab"
    assert clean("a\ud800b\udc00") == "a\ufffdb\ufffd"


def test_two_halves_of_a_surrogate_pair_become_their_character() -> None:
    assert clean("\ud83d\ude00") == "😀"


def test_json_is_cleaned_to_any_depth_keys_included() -> None:
    dirty = {"a\0": ["b\0", {"c\ud800": ("d\0",)}], 1: None, "n": math.nan, "i": -math.inf, "f": 0.5}
    assert clean_json(dirty) == {
        "a": ["b", {"c\ufffd": ["d"]}],
        "1": None,
        "n": None,
        "i": None,
        "f": 0.5,
    }
