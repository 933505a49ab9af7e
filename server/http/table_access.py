"""The part of the table of HTTP operations that is about keys, tokens and usage."""

from server.http import keys, usage
from server.http.models import PageQuery
from server.http.operations import Answer, Operation

_NO_KEY = {404: "`key_not_found`: the workspace has no key with this id."}

ACCESS: tuple[Operation, ...] = (
    Operation(
        "POST",
        "/v1/keys",
        keys.create_key,
        "manage",
        "Make a key",
        "For the workspace of the key that is shown, with none but its scopes. As soon as a key was made, "
        "the server asks everybody for one.",
        tag="access",
        body=keys.KeyBody,
        answers={201: Answer("The key, which is shown this once.", keys.NewKeyOut)},
        errors={409: "`too_many_keys`: a workspace has 1000 at the most, the revoked ones among them."},
    ),
    Operation(
        "GET",
        "/v1/keys",
        keys.list_keys,
        "manage",
        "List the keys of the workspace",
        tag="access",
        query=PageQuery,
        answers={200: Answer("A page of the keys, without their secrets.", keys.KeysOut)},
        errors={400: "`bad_cursor`: the cursor is not one that this list gave."},
    ),
    Operation(
        "DELETE",
        "/v1/keys/{key_id}",
        keys.revoke_key,
        "manage",
        "Revoke a key",
        "At once and for good. Sockets and streams of events that are open by it, or by a token that was "
        "made with it, are closed within two seconds (1008 `key_revoked`).",
        tag="access",
        answers={200: Answer("The key as it is now.", keys.KeyOut)},
        errors=_NO_KEY,
    ),
    Operation(
        "POST",
        "/v1/meetings/{meeting_id}/tokens",
        keys.create_token,
        "manage",
        "Make a token for a meeting",
        "For a browser that is not to have a key: good for one scope in this meeting, for a while, and for "
        "pages of some origins only if you say so. It ends with the key that it was made with.",
        tag="access",
        body=keys.TokenBody,
        answers={201: Answer("The token.", keys.TokenOut)},
        errors={404: "`meeting_not_found`: there is no meeting with this id."},
    ),
    Operation(
        "GET",
        "/v1/usage",
        usage.get_usage,
        "manage",
        "Read what was used, by day",
        tag="access",
        query=usage.UsageQuery,
        answers={200: Answer("What was used.", usage.UsagesOut)},
    ),
)
