"""The part of the table of HTTP operations that is about keys, tokens, sign-ins and usage."""

from server.http import keys, signin, usage
from server.http.models import PageQuery
from server.http.operations import NO_MEETING, Answer, Operation

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
        errors=NO_MEETING,
    ),
    Operation(
        "POST",
        "/v1/signin",
        signin.create_sign_in,
        None,
        "Sign a browser in",
        "For pages of this server: the key is exchanged for a cookie that no script can read. It has the "
        "rights of the key and ends with it, after seven days without a page being opened, or after thirty.",
        tag="access",
        body=signin.SignInBody,
        answers={200: Answer("Who the browser is now.", signin.SignInOut)},
        errors={
            401: "`key_not_known`, `key_revoked` or `key_expired`.",
            403: "`origin_not_allowed`: a page of another origin asks.",
            429: "`too_many_sign_ins`: ten wrong keys came from this address within a minute.",
            503: "`store_unavailable`: the database does not answer.",
        },
    ),
    Operation(
        "GET",
        "/v1/signin",
        signin.get_sign_in,
        None,
        "Who is asking?",
        "Also answered to those who are not signed in. A sign-in of which half is over is renewed by it.",
        tag="access",
        answers={200: Answer("Who the caller is.", signin.SignInOut)},
        errors={
            403: "`host_not_allowed`, `origin_not_allowed`: whoever asks is not served from there.",
            503: "`store_unavailable`: the database does not answer.",
        },
    ),
    Operation(
        "DELETE",
        "/v1/signin",
        signin.end_sign_in,
        None,
        "Sign a browser out",
        "Sockets that are open by its cookie are closed within two seconds (1008 `signed_out`).",
        tag="access",
        answers={204: Answer("It is signed out.")},
        errors={
            403: "`origin_not_allowed`: a page of another origin asks.",
            503: "`store_unavailable`: the database does not answer.",
        },
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
