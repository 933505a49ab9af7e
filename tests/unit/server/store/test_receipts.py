"""Receipts say what was removed, and nobody else can make one."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from server.notify.sealing import padded, unpadded
from server.store import receipts
from server.store.deletion_records import Deletion

AT = datetime(2026, 11, 26, 12, 30, 1, 250_000, tzinfo=UTC)
# RFC 8037, appendix A: a key, its public half, and the thumbprint of that.
SECRET = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def a_deletion() -> Deletion:
    return receipts.made(
        SECRET,
        deletion_id="del_1",
        workspace="default",
        meeting_id="mtg_1",
        deleted_at=AT,
        reason="retention",
        removed={"segments": 3},
        sessions=("ses_1", "ses_2"),
    )


def test_the_public_key_is_that_of_the_standard() -> None:
    key = receipts.public_key(SECRET)
    assert (key["x"], key["kid"], key["kty"], key["crv"]) == (X, THUMBPRINT, "OKP", "Ed25519")
    assert SECRET not in key.values()


def test_a_receipt_says_what_was_removed() -> None:
    made = a_deletion()
    assert (made.id, made.workspace, made.meeting_id) == ("del_1", "default", "mtg_1")
    assert (made.deleted_at, made.reason) == (AT, "retention")
    assert (made.removed, made.sessions) == ({"segments": 3}, ("ses_1", "ses_2"))
    assert receipts.read(made.receipt) == made


def test_a_receipt_is_verified_by_the_public_key_alone() -> None:
    head, payload, signature = a_deletion().receipt.split(".")
    assert json.loads(padded(head)) == {"alg": "EdDSA", "kid": THUMBPRINT, "typ": receipts.TYPE}
    key = Ed25519PublicKey.from_public_bytes(padded(X))
    key.verify(padded(signature), f"{head}.{payload}".encode())
    claims = json.loads(padded(payload)) | {"removed": {"segments": 4}}
    with pytest.raises(InvalidSignature):
        key.verify(padded(signature), f"{head}.{unpadded(json.dumps(claims).encode())}".encode())


def test_every_key_is_new() -> None:
    assert receipts.new_key() != receipts.new_key()
