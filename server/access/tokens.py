"""Tokens for one meeting: JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256. Pure over a secret.

A server of a partner makes one with its key and gives it to a browser, which then can do one thing in one
meeting for a while, perhaps from certain pages only. `kid` names the secret, so that it can be exchanged
while tokens of the former one are still in use. A token is worth no more than the key that it was made with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import jwt

from streaming.errors import NotAllowed

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "steno"
SKEW_SECONDS: Final = 5
"""By how much the clocks of two servers may differ."""
LONGEST_SECONDS: Final = 30 * 86_400
"""Of a token to read with, such as that of a link that is given away; one to send audio with ends sooner."""
LONGEST_INGEST_SECONDS: Final = 86_400
MOST_CHARACTERS: Final = 4096
"""A longer text is no token of ours."""
_CLAIMS: Final = ("exp", "iat", "sub", "ws", "mtg", "scope")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `by` is who made it: the id of a key, or a word for who needs none. With `origins`
    it is good only for pages of these."""

    workspace: str
    meeting: str
    scope: str
    by: str
    issued_at: datetime
    expires_at: datetime
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Secret:
    """What tokens are signed with, under the name that stands in them."""

    kid: str
    value: str


def looks_like_token(text: str) -> bool:
    """Whether a text has the three parts of a token; a key has one."""
    return text.count(".") == 2


def issue(claims: Claims, secret: Secret) -> str:
    """The token."""
    payload: dict[str, Any] = {
        "aud": AUDIENCE,
        "sub": claims.by,
        "ws": claims.workspace,
        "mtg": claims.meeting,
        "scope": claims.scope,
        "iat": int(claims.issued_at.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
    }
    if claims.origins:
        payload["origins"] = list(claims.origins)
    return jwt.encode(payload, secret.value, ALGORITHM, headers={"kid": secret.kid})


def kid_of(token: str) -> str:
    """The name of the secret. Raises `NotAllowed` `token_not_valid`."""
    if len(token) > MOST_CHARACTERS:
        raise token_not_valid()
    try:
        name = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError:
        raise token_not_valid() from None
    if not isinstance(name, str):
        raise token_not_valid()
    return name


def read(token: str, secret: Secret, now: datetime) -> Claims:
    """What a token says. Raises `NotAllowed` `token_not_valid` or `token_expired`."""
    try:
        # Times are held against `now`, which is given; everything else is checked by the library.
        payload = jwt.decode(
            token,
            secret.value,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={
                "require": ["aud", *_CLAIMS],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        claims = _claims(payload)
    except (jwt.InvalidTokenError, TypeError, ValueError, OverflowError, OSError):
        raise token_not_valid() from None
    if (now - claims.expires_at).total_seconds() >= SKEW_SECONDS:
        raise token_expired()
    if (claims.issued_at - now).total_seconds() > SKEW_SECONDS:
        raise token_not_valid()
    return claims


def _claims(payload: dict[str, Any]) -> Claims:
    workspace, meeting, scope, by = texts = [payload[name] for name in ("ws", "mtg", "scope", "sub")]
    origins: Sequence[Any] = payload.get("origins", [])
    if not all(isinstance(text, str) for text in (*texts, *origins)):
        raise TypeError
    issued, expires = (datetime.fromtimestamp(int(payload[name]), UTC) for name in ("iat", "exp"))
    return Claims(workspace, meeting, scope, by, issued, expires, tuple(origins))


def token_not_valid() -> NotAllowed:
    """The error for a text that is no token of this server, or no longer."""
    return NotAllowed("token_not_valid", "The token is not valid here; ask for a new one where it came from.")


def token_expired() -> NotAllowed:
    """The error for a token whose time is over, and for what was opened with it."""
    return NotAllowed("token_expired", "The token has expired; ask for a new one where it came from.")
