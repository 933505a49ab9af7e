"""Each operation says what its caller must have; nobody is let in by an oversight."""

from server.http.table import OPERATIONS, contract

FOR_EVERYBODY = {
    *("/v1/deletions/keys", "/livez", "/readyz", "/openapi.json", "/docs", "/unsubscribe/{token}"),
    "/v1/signin",
}
VENDORS = {"deepgram", "openai", "assemblyai", "speechmatics"}
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
MAY_BE_VIEWED_BY_A_POST = {"/v1/meetings/{meeting_id}/notifications/preview"}


BY_A_SECRET_ADDRESS = {("PATCH", "/v1/whip/{meeting_id}/{peer}"), ("DELETE", "/v1/whip/{meeting_id}/{peer}")}


def test_only_these_operations_need_no_key() -> None:
    open_to_all = {(one.method, one.path) for one in OPERATIONS if one.scope is None}
    # A browser's question carries no credential, and is told nothing.
    asked = {(method, path) for method, path in open_to_all if method != "OPTIONS"} - BY_A_SECRET_ADDRESS
    assert {path for _, path in asked} == FOR_EVERYBODY


def test_what_changes_something_cannot_be_done_with_the_scope_to_view() -> None:
    viewed = {one.path for one in OPERATIONS if one.scope == "view" and one.method in CHANGES}
    assert viewed == MAY_BE_VIEWED_BY_A_POST


def test_the_contract_tells_the_scope_and_by_what_one_may_come_in() -> None:
    document = contract("1")
    for one in OPERATIONS:
        told = document["paths"][one.path][one.method.lower()]
        assert told.get("x-scope") == one.scope
        token = {"token": []} in told["security"]
        named = "{meeting_id}" in one.path or one.of_its_meeting
        assert token is (one.scope in {"ingest", "view"} and named)
        assert bool(told["security"]) is (one.scope is not None)
        cookie = {"cookie": []} in told["security"]
        assert cookie is (one.scope is not None and one.tag not in VENDORS)


def test_the_cookie_of_a_browser_counts_for_no_call_of_vendors_clients() -> None:
    assert {one.tag for one in OPERATIONS if not one.by_cookie} == VENDORS
