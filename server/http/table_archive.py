"""The part of the table of HTTP operations that is about finding what was said, and removing it."""

from server.http import deletions, search
from server.http.models import PageQuery
from server.http.operations import Answer, Operation

_BAD_CURSOR = {400: "`bad_cursor`: the cursor is not one that this list gave."}

ARCHIVE: tuple[Operation, ...] = (
    Operation(
        "GET",
        "/v1/search",
        search.search_transcripts,
        "view",
        "Search through what was said",
        "Utterances in which all words stand, in any form, Russian or English; `GET /v1/meetings` with `q` "
        "finds meetings in which they stand anywhere. The best match comes first, then the newer meeting; "
        "what is suspected not to have been said is flagged and comes last. The snippet is a list of "
        "parts: nothing in it is HTML, and no offset depends on how a language counts characters.",
        tag="transcripts",
        query=search.SearchQuery,
        answers={200: Answer("A page of utterances.", search.HitsOut)},
        errors=_BAD_CURSOR,
    ),
    Operation(
        "GET",
        "/v1/deletions",
        deletions.list_deletions,
        "manage",
        "List the receipts of deletions",
        "Of deletions that somebody asked for, and of those at the end of a meeting's time.",
        query=PageQuery,
        answers={200: Answer("A page, the newest first.", deletions.DeletionsOut)},
        errors=_BAD_CURSOR,
    ),
    Operation(
        "GET",
        "/v1/deletions/keys",
        deletions.list_deletion_keys,
        None,
        "Read the keys that receipts are verified with",
        "A JSON Web Key Set, for anybody who holds a receipt: any library for JOSE verifies `receipt` with "
        "it. By hand: the signature is Ed25519 over the first two of the receipt's three parts with the dot "
        "between them; the second is the JSON that was signed; all are base64url without padding; `kid` in "
        "the first names the key.",
        answers={200: Answer("The keys, the newest first.", deletions.KeySetOut)},
    ),
    Operation(
        "GET",
        "/v1/deletions/{deletion_id}",
        deletions.get_deletion,
        "manage",
        "Read the receipt of a deletion",
        answers={200: Answer("The receipt.", deletions.DeletionOut)},
        errors={404: "`deletion_not_found`: there is no receipt with this id."},
    ),
    Operation(
        "GET",
        "/v1/retention",
        deletions.get_retention,
        "manage",
        "Read for how long meetings are kept",
        tag="operations",
        answers={200: Answer("The days, and the last sweep.", deletions.RetentionOut)},
    ),
    Operation(
        "PATCH",
        "/v1/retention",
        deletions.update_retention,
        "manage",
        "Change for how long meetings are kept",
        "Meetings whose time is over are deleted within the hour, each with its receipt. Days count from the "
        "end of a meeting, or from when it was made if nobody streamed to it; `retention_days` of a meeting "
        "goes before. One that is live is kept.",
        tag="operations",
        body=deletions.RetentionBody,
        answers={200: Answer("The days, and the last sweep.", deletions.RetentionOut)},
    ),
)
