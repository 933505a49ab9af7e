"""Which refusals are about who the client is: wires of other services have one word for all of them. Pure."""

from typing import Final

NOT_AUTHORISED: Final = frozenset(
    {
        "host_not_allowed",
        "key_expired",
        "key_missing",
        "key_not_known",
        "key_revoked",
        "origin_not_allowed",
        "scope_missing",
        "token_confined",
        "token_expired",
        "token_not_valid",
    }
)
