"""API keys: how one is made, found again and judged. Pure, but for the randomness of a new one.

A key has 192 random bits, so a plain SHA-256 of it can neither be searched nor turned back, and finds it by
an index; a slow hash, which protects what people think up, would cost each call and protect nothing more.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from server.access.access import Access, Quotas, scopes_of
from streaming.errors import NotAllowed

PREFIX: Final = "sk_"
SHOWN: Final = 8
"""Characters of a key that stay visible: `sk_` and five of the random ones, which leaves 162 bits."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is to be stored."""

    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None
    quotas: Quotas = field(default_factory=Quotas)


@dataclass(frozen=True, slots=True)
class Key:
    """A stored key, without the secret. Times are aware, in UTC."""

    id: str
    workspace: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    quotas: Quotas

    def access(self) -> Access:
        """What its holder may do."""
        scopes = scopes_of(self.workspace, self.scopes)
        return Access(
            self.workspace,
            scopes,
            key=self.id,
            expires_at=self.expires_at,
            quotas=self.quotas,
            by=self.id,
            key_expires_at=self.expires_at,
        )

    def fault(self, now: datetime) -> NotAllowed | None:
        """Why it opens nothing at this moment."""
        if self.revoked_at is not None:
            return key_revoked()
        if self.expires_at is not None and self.expires_at <= now:
            return key_expired()
        return None


def new_secret() -> str:
    """A new key: `sk_` and 32 characters of A–Z a–z 0–9 - _."""
    return PREFIX + secrets.token_urlsafe(24)


def hash_of(secret: str) -> str:
    """What is stored of a secret with 192 random bits or more, in hexadecimal digits."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def key_not_known() -> NotAllowed:
    """The error for a text that is no key of this server."""
    return NotAllowed("key_not_known", "The API key is not known to this server.")


def key_revoked() -> NotAllowed:
    """The error for a key that was revoked, and for what was opened with it."""
    return NotAllowed("key_revoked", "The API key was revoked.")


def key_expired() -> NotAllowed:
    """The error for a key whose time is over."""
    return NotAllowed("key_expired", "The API key has expired.")
