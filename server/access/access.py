"""What a caller may do: the result of looking at a key or a token. Pure.

A workspace owns meetings, keys, templates and notifications; whoever calls is in one workspace and sees
nothing of any other. Scopes say what a caller may do there.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, Self

from streaming.errors import NotAllowed

Scope = Literal["ingest", "view", "manage"]
"""`ingest`: send audio, make meetings. `view`: read meetings, transcripts and reports, watch captions.
`manage`: change and delete, and all that concerns the workspace itself."""
Needed = Scope | Literal["operate"]
"""`operate` is what concerns the server itself; it is no scope of a key, see `scopes_of`."""

SCOPES: Final[tuple[Scope, ...]] = ("ingest", "view", "manage")
DEFAULT: Final = "default"
"""The workspace of the server's own key, and of callers without a key where none is asked for."""
_WORKSPACE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Quotas:
    """What a key may use at the most; None is no limit. `streams` at once and `hours` of audio in a calendar
    month (UTC) hold over all processes of a database, `requests` a minute in each."""

    streams: int | None = None
    requests: int | None = None
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """A caller who was let in. `meeting` is the only one that a token is for; `key` is the id of the key,
    None for the server's own key and where none is asked for; `expires_at` is when the access ends by
    itself, of the key, the token or the sign-in, whichever is first, and `key_expires_at` when the key alone
    would end it; `by` names in a token who made it; `sign_in` is the hash of the cookie that was shown, None
    where none was."""

    workspace: str
    scopes: frozenset[str]
    meeting: str | None = None
    key: str | None = None
    expires_at: datetime | None = None
    quotas: Quotas = field(default_factory=Quotas)
    by: str = ""
    sign_in: str | None = None
    key_expires_at: datetime | None = None

    def until(self, at: datetime) -> datetime:
        """That time, or the end of the access where it comes first."""
        return at if self.expires_at is None else min(at, self.expires_at)

    def lasting(self) -> Self:
        """By a token, the same for what outlives it: that ends with the key that made it. Else as it is."""
        return self if self.meeting is None else self.of_key()

    def of_key(self) -> Self:
        """The same for what needs nobody to stay: it ends with the key, whichever of key, token and sign-in
        was shown."""
        return replace(self, expires_at=self.key_expires_at, sign_in=None)

    def require(self, scope: Needed) -> None:
        """Raises `NotAllowed` `scope_missing` (403)."""
        if scope not in self.scopes:
            held = ", ".join(sorted(self.scopes & set(SCOPES))) or "none"
            raise NotAllowed(
                "scope_missing", f"This needs the scope `{scope}`; the key or token has {held}.", 403
            )

    def require_all(self, scopes: Collection[Scope]) -> None:
        """Nobody gives what they do not have. Raises what `require` raises."""
        for scope in scopes:
            self.require(scope)

    def sees(self, workspace: str | None, meeting: str) -> bool:
        """Whether a meeting of that workspace is there for the caller; None: there is no such meeting."""
        return workspace == self.workspace and self.meeting in {None, meeting}


def scopes_of(workspace: str, scopes: Collection[str]) -> frozenset[str]:
    """What the scopes of a key in a workspace mean: who manages the workspace `default` runs the server."""
    more = {"operate"} if workspace == DEFAULT and "manage" in scopes else set()
    return frozenset(scopes) | more


def everything(by: str) -> Access:
    """The access of the server's own key, or of everybody on this machine where no key is asked for."""
    return Access(DEFAULT, scopes_of(DEFAULT, SCOPES), by=by)


def is_workspace_name(name: str) -> bool:
    """Whether a workspace may have this name: up to 63 of a–z, 0–9, - and _, the first a letter or digit."""
    return bool(_WORKSPACE.fullmatch(name))
