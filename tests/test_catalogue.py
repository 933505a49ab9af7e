"""The catalogue of refusals holds every code in the source that a peer can meet, and no other."""

import ast
from collections.abc import Iterator
from pathlib import Path

from server.http.catalogue import CATALOGUE, CLOSES, GOES_ON, as_data
from server.http.table import contract
from streaming.errors import Close

ROOT = Path(__file__).parent.parent
ERRORS = {
    "StenoError",
    "ProtocolError",
    "NotAllowed",
    "NotFound",
    "Overloaded",
    "QuotaReached",
    "StoreError",
    "Problem",
}
BEFORE_SERVING = {
    "data_folder_in_use",
    "data_folder_unusable",
    "data_folder_version",
    "database_incomplete",
    "database_not_started",
    "database_too_new",
    "database_url_invalid",
    "key_needed",
}
"""They end the start of a server."""
OF_COMMANDS = {"file_not_found", "no_audio", "page_not_kept"}
"""They end a command on a file."""
INNER = {
    "already_stopped": "the codec's guard: nothing is read after stop",
    "meeting_not_live": "the hub's word to a session, which says meeting_deleted",
    "segment_taken": "ids of segments begin with the id of their session",
    "store_rejected": "values are made storable before the database sees them",
    "unknown_field": "a body's model has no other fields",
}
"""They stay inside, each for its reason."""


def named(call: ast.Call) -> ast.expr | None:
    """The expression that gives the code of an error, None where the call makes no error."""
    kind = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if kind not in ERRORS:
        return None
    if kind != "Overloaded":
        return call.args[0]
    default: ast.expr = call.args[2] if len(call.args) > 2 else ast.Constant("overloaded")
    return next((keyword.value for keyword in call.keywords if keyword.arg == "code"), default)


def codes() -> Iterator[tuple[str, str]]:
    """Every code in the source with its place; what passes on another error's code is no new one."""
    for room in ("asr", "server", "streaming"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                code = named(node) if isinstance(node, ast.Call) else None
                if code is None or (isinstance(code, ast.Attribute) and code.attr == "code"):
                    continue
                where = f"{path.relative_to(ROOT)}:{code.lineno if hasattr(code, 'lineno') else 0}"
                assert isinstance(code, ast.Constant), f"{where}: an error's code is no literal"
                yield str(code.value), where


def test_every_code_of_the_source_is_in_the_catalogue_and_the_other_way_round() -> None:
    known = [refusal.code for refusal in CATALOGUE]
    assert known == sorted(set(known))
    inside = BEFORE_SERVING | OF_COMMANDS | set(INNER)
    found = dict(codes())
    assert {code: where for code, where in found.items() if code not in {*known, *inside}} == {}
    assert {*known, *inside} - set(found) == set()
    assert inside & set(known) == set()


def test_every_close_code_has_its_meaning_and_every_answer_is_one_that_there_is() -> None:
    assert list(CLOSES) == list(Close)
    for refusal in CATALOGUE:
        assert refusal.answers, refusal.code
        for answer in refusal.answers:
            assert answer == GOES_ON or 400 <= answer < 600 or answer in list(Close), refusal.code
        assert refusal.meaning.endswith("."), refusal.code


def test_the_contract_shows_the_catalogue() -> None:
    document = contract("1")
    assert document["x-errors"] == as_data()
    (stream,) = document["x-websocket"]
    assert set(stream["closes"]) == {str(int(close)) for close in Close}
    assert "`too_many_messages`" in stream["closes"]["1008"]
