"""Tokens: what was signed is read back, and nothing else is."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest

from server.access.tokens import SKEW_SECONDS, Claims, Secret, issue, kid_of, looks_like_token, read
from streaming.errors import NotAllowed
from tests.unit.server.access.records import NOON, SECRET

CLAIMS = Claims("acme", "mtg_1", "view", "key_a", NOON, NOON + timedelta(seconds=60), ("https://a.example",))


def code(token: str, secret: Secret = SECRET, after: float = 0.0) -> str:
    with pytest.raises(NotAllowed) as refused:
        kid_of(token) and read(token, secret, NOON + timedelta(seconds=after))
    assert refused.value.status == 401
    return refused.value.code


def test_what_was_signed_is_read_back() -> None:
    token = issue(CLAIMS, SECRET)
    assert looks_like_token(token)
    assert not looks_like_token("sk_abc")
    assert kid_of(token) == SECRET.kid
    assert read(token, SECRET, NOON) == CLAIMS
    assert read(issue(replace(CLAIMS, origins=()), SECRET), SECRET, NOON).origins == ()


def test_a_token_ends_when_it_says() -> None:
    token = issue(CLAIMS, SECRET)
    assert read(token, SECRET, NOON + timedelta(seconds=60 + SKEW_SECONDS - 1)) == CLAIMS
    assert code(token, after=60 + SKEW_SECONDS) == "token_expired"
    assert code(token, after=-SKEW_SECONDS - 1) == "token_not_valid"


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "...", "e30.e30.", "é.é.é", "x" * 5_000])
def test_what_is_no_token_is_not_valid(token: str) -> None:
    assert code(token) == "token_not_valid"


def test_another_signature_is_not_valid() -> None:
    token = issue(CLAIMS, SECRET)
    assert code(token, Secret(SECRET.kid, "b" * 43)) == "token_not_valid"
    assert code(token[:-2]) == "token_not_valid"
    head, _, signature = token.split(".")
    payload = json.dumps({"ws": "other"}).encode()
    assert code(f"{head}.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.{signature}") == (
        "token_not_valid"
    )


def test_a_token_that_names_another_algorithm_is_not_valid() -> None:
    payload = jwt.decode(issue(CLAIMS, SECRET), options={"verify_signature": False})
    unsigned = jwt.encode(payload, "", "none", headers={"kid": SECRET.kid})
    longer = jwt.encode(payload, SECRET.value * 2, "HS512", headers={"kid": SECRET.kid})
    assert code(unsigned) == code(longer) == "token_not_valid"


@pytest.mark.parametrize(
    "changed",
    [{"aud": "other"}, {"ws": None}, {"mtg": 5}, {"scope": ["view"]}, {"exp": "x"}, {"exp": 10**30},
     {"origins": [5]}, {"origins": 5}, {"sub": None}, {"iat": None}],
)  # fmt: skip
def test_claims_of_another_form_are_not_valid(changed: dict[str, object]) -> None:
    payload = jwt.decode(issue(CLAIMS, SECRET), options={"verify_signature": False}) | changed
    payload = {name: value for name, value in payload.items() if value is not None}
    try:
        token = jwt.encode(payload, SECRET.value, "HS256", headers={"kid": SECRET.kid})
    except TypeError:
        pytest.skip("the library does not even write it")
    assert code(token) == "token_not_valid"
