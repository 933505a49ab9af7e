"""Sign-ins of browsers: a key is shown once, and a cookie that scripts cannot read stands for it afterwards.
Pure, but for the randomness of a new one.

A cookie has 256 random bits and is stored by its hash, as keys are. A sign-in carries the rights that its key
has at the moment, and ends with the key, by signing out, or by time. One by the server's own key is bound to
that key by a proof, from which without the cookie nothing can be found out: another `STENO_API_KEY` ends it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.access.keys import hash_of
from streaming.errors import NotAllowed

LASTS: Final = timedelta(days=7)
"""How long a sign-in is good when no page is opened."""
LONGEST: Final = timedelta(days=30)
"""How long it is good however often it is renewed."""
MOST_OF_A_KEY: Final = 100
"""Sign-ins by one key at once; a further one ends the oldest."""
MOST_CHARACTERS: Final = 200
"""A longer text is no cookie of ours."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A stored one. `key` is the id of its key; None: the server's own, of which `proof` tells. Times are
    aware, in UTC."""

    hash: str
    key: str | None
    proof: str | None
    created_at: datetime
    expires_at: datetime

    def renewed(self, now: datetime) -> "SignIn | None":
        """The same, good for longer; None while more than half of its time is left, or where no more can be
        given."""
        until = min(now + LASTS, self.created_at + LONGEST)
        if self.expires_at - now > LASTS / 2 or until <= self.expires_at:
            return None
        return SignIn(self.hash, self.key, self.proof, self.created_at, until)


def new_cookie() -> str:
    """The value of a new cookie: 43 characters of A–Z a–z 0–9 - _."""
    return secrets.token_urlsafe(32)


def sign_in(cookie: str, key: str | None, own_key: str | None, now: datetime) -> SignIn:
    """What is to be stored of a cookie that stands for a key, or, without one, for the server's own."""
    proof = proof_of(cookie, own_key or "") if key is None else None
    return SignIn(hash_of(cookie), key, proof, now, now + LASTS)


def proof_of(cookie: str, own_key: str) -> str:
    """That a cookie was given for this own key of the server."""
    return hmac.new(cookie.encode(errors="replace"), own_key.encode(), hashlib.sha256).hexdigest()


def signed_out() -> NotAllowed:
    """The error for a cookie that stands for nothing any more, and for what was opened with it."""
    return NotAllowed("signed_out", "The sign-in is over; sign in again.")
