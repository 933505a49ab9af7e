"""A push is encrypted as RFC 8291 has it, to the byte, and signed as RFC 8292 has it."""

import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from server.notify.sealing import LARGEST, authorization, new_key, padded, public_key, sealed, unpadded

# RFC 8291, section 5 and appendix A.
BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SERVER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_to_the_byte() -> None:
    own = ec.derive_private_key(int.from_bytes(padded(SERVER), "big"), ec.SECP256R1())
    text = b"When I grow up, I want to be a watermelon"
    assert sealed(text, padded(BROWSER), padded(AUTH), own=own, salt=padded(SALT)) == padded(BODY)


def test_no_two_messages_are_alike() -> None:
    one, other = (sealed(b"x", padded(BROWSER), padded(AUTH)) for _ in "12")
    assert one != other


@pytest.mark.parametrize("point", [b"", bytes(65), b"\x04" + bytes(64)])
def test_what_is_no_point_is_told(point: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        sealed(b"x", point, padded(AUTH))


def test_a_message_is_at_most_one_record() -> None:
    assert len(sealed(bytes(LARGEST), padded(BROWSER), padded(AUTH))) <= 4096
    with pytest.raises(ValueError, match="at most"):
        sealed(bytes(LARGEST + 1), padded(BROWSER), padded(AUTH))


def test_the_signature_is_of_the_key_that_stands_beside_it() -> None:
    pem = new_key()
    header = authorization(pem, "https://push.example", 1_800_000_000, "mailto:a@example.org")
    scheme, given = header.split(" ", 1)
    token, key = (part.split("=", 1)[1] for part in given.split(", "))
    signed, signature = token.rsplit(".", 1)
    head, claims = (json.loads(padded(part)) for part in signed.split("."))
    raw = padded(signature)
    dss = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), padded(key))
    public.verify(dss, signed.encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(dss, signed.encode() + b"x", ec.ECDSA(hashes.SHA256()))
    assert (scheme, len(raw), key) == ("vapid", 64, public_key(pem))
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert claims == {"aud": "https://push.example", "exp": 1_800_000_000, "sub": "mailto:a@example.org"}


def test_keys_are_written_without_padding() -> None:
    assert padded(unpadded(b"\xff\xfe\xfd\xfc")) == b"\xff\xfe\xfd\xfc"
    assert "=" not in public_key(new_key())
