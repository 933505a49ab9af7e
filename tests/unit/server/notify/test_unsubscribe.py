"""A token names its address and is made by nobody without the key."""

import re
from string import ascii_letters, digits

from hypothesis import given
from hypothesis import strategies as st

from server.notify.unsubscribe import Subscriber, read, token

KEY = bytes(range(32))
ANN = Subscriber("default", "ann@example.org")


def test_a_token_stands_for_its_address_and_fits_into_a_url() -> None:
    made = token(ANN, KEY)
    assert read(made, KEY) == ANN
    assert re.fullmatch(r"[A-Za-z0-9_-]+", made)


def test_a_token_of_another_key_or_for_another_address_stands_for_nobody() -> None:
    made = token(ANN, KEY)
    assert read(made, bytes(32)) is None
    other = token(Subscriber("default", "bob@example.org"), KEY)
    assert read(made[:43] + other[43:], KEY) is None


@given(st.text(max_size=1200) | st.text(ascii_letters + digits + "-_", max_size=1200))
def test_what_was_not_made_here_stands_for_nobody(text: str) -> None:
    assert read(text, KEY) is None


@given(st.integers(0, 200), st.sampled_from("AZaz09-_"))
def test_no_changed_token_stands_for_another(place: int, char: str) -> None:
    made = token(ANN, KEY)
    changed = made[: place % len(made)] + char + made[place % len(made) + 1 :]
    assert read(changed, KEY) in ({ANN, None} if changed == made or read(changed, KEY) == ANN else {None})
