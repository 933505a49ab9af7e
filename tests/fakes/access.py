"""No keys: what `AccessRecords` gives where none was ever made. What is counted is forgotten; browsers may
sign in with the server's own key."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import cast

from server.access.keys import Key
from server.access.signins import SignIn
from server.access.tally import Tally
from server.access.tokens import Secret
from server.store.postgres_access import PostgresAccess

SECRET = Secret("sig_memory", "0123456789abcdef0123456789abcdef")
"""Signs the tokens."""


class _NoKeys:
    """Tokens can be made."""

    secret = SECRET

    def __init__(self) -> None:
        self.sign_ins: dict[str, SignIn] = {}

    async def add_sign_in(self, new: SignIn) -> None:
        self.sign_ins[new.hash] = new

    async def sign_in(self, value: str) -> SignIn | None:
        return self.sign_ins.get(value)

    async def renew_sign_in(self, value: str, until: datetime) -> None:
        self.sign_ins[value] = replace(self.sign_ins[value], expires_at=until)

    async def end_sign_in(self, value: str) -> None:
        self.sign_ins.pop(value, None)

    async def signed_out(self, hashes: Collection[str]) -> frozenset[str]:
        return frozenset(hashes) - self.sign_ins.keys()

    async def key_by_hash(self, value: str) -> Key | None:
        return None

    async def key(self, key_id: str) -> Key | None:
        return None

    async def any_key_made(self) -> bool:
        return False

    async def signing_secret(self) -> Secret:
        return self.secret

    async def accepted_secret(self, kid: str) -> Secret | None:
        return self.secret if kid == self.secret.kid else None

    async def revoked(self, ids: Collection[str]) -> frozenset[str]:
        return frozenset()

    async def used_up(self, ids: Collection[str]) -> dict[str, float]:
        return {}

    async def note(self, counted: Tally) -> None:
        return


def no_keys() -> PostgresAccess:
    """Reads find nothing; to make a key is a mistake of the test, and there is no method for it."""
    return cast("PostgresAccess", _NoKeys())
