"""Keys in memory and a clock that is set, for decisions without a database."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from server.access.access import Quotas
from server.access.keys import Key, hash_of
from server.access.signins import SignIn, sign_in
from server.access.tokens import Secret
from streaming.errors import StoreUnavailable

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
SECRET = Secret("sig_a", "a" * 43)


def a_key(name: str = "a", **other: object) -> Key:
    made = Key(
        id=f"key_{name}",
        workspace="acme",
        name="",
        prefix=f"sk_{name}",
        scopes=("ingest", "view", "manage"),
        created_at=NOON,
        expires_at=None,
        last_used_at=None,
        revoked_at=None,
        quotas=Quotas(),
    )
    return replace(made, **other)  # type: ignore[arg-type]


@dataclass
class Records:
    """`AccessRecords` of some keys: `sk_<name>` is the secret of `key_<name>`."""

    keys: dict[str, Key] = field(default_factory=dict)
    away: bool = False
    asked: int = 0

    def __post_init__(self) -> None:
        self.time = 0.0
        self.secrets = {SECRET.kid: SECRET}
        self.signed_in: dict[str, SignIn] = {}

    def add(self, key: Key) -> str:
        secret = f"sk_{key.id.removeprefix('key_')}"
        self.keys[secret] = key
        return secret

    def sign(self, cookie: str, key: Key | None = None, own_key: str | None = None) -> str:
        """Sign a browser in."""
        made = sign_in(cookie, key.id if key else None, own_key, self.now())
        self.signed_in[made.hash] = made
        return cookie

    def clock(self) -> float:
        return self.time

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.time)

    async def hang(self) -> None:
        """Answers at once, unless a test exchanges this."""

    async def _ask(self) -> None:
        self.asked += 1
        await self.hang()
        if self.away:
            raise StoreUnavailable

    async def key_by_hash(self, value: str) -> Key | None:
        await self._ask()
        return next((key for secret, key in self.keys.items() if hash_of(secret) == value), None)

    async def key(self, key_id: str) -> Key | None:
        await self._ask()
        return next((key for key in self.keys.values() if key.id == key_id), None)

    async def any_key_made(self) -> bool:
        await self._ask()
        return bool(self.keys)

    async def signing_secret(self) -> Secret:
        return SECRET

    async def accepted_secret(self, kid: str) -> Secret | None:
        await self._ask()
        return self.secrets.get(kid)

    async def sign_in(self, value: str) -> SignIn | None:
        await self._ask()
        return self.signed_in.get(value)

    async def signed_out(self, hashes: Collection[str]) -> frozenset[str]:
        await self._ask()
        return frozenset(hashes) - self.signed_in.keys()

    async def revoked(self, ids: object) -> frozenset[str]:
        await self._ask()
        return frozenset(key.id for key in self.keys.values() if key.revoked_at is not None)

    async def used_up(self, ids: object) -> dict[str, float]:
        await self._ask()
        return {}

    async def note(self, counted: object) -> None:
        await self._ask()
