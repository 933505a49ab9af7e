"""What a client makes of the server's errors."""

import pytest

from loadtest.wire import told


@pytest.mark.parametrize(
    ("code", "passing"),
    [("overloaded", True), ("restarting", True), ("store_unavailable", True), ("session_ended", False)],
)
def test_some_errors_are_worth_another_try(code: str, passing: bool) -> None:
    error = told({"code": code, "message": "Wait.", "retry_after": 5.0})
    assert (error.code, error.passing, error.retry_after) == (code, passing, 5.0)
