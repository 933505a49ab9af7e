"""What is wrong with a value is said in one sentence that names the field."""

import pytest

from server.http.models import ListQuery, MeetingBody
from server.http.reading import checked
from streaming.errors import ProtocolError


@pytest.mark.parametrize(
    ("model", "value", "sentence"),
    [
        (ListQuery, {"limit": "500"}, "The field `limit` should be less than or equal to 200 (got '500')."),
        (ListQuery, {"status": "x"}, "The field `status` should be 'created', 'live' or 'ended' (got 'x')."),
        (MeetingBody, {"title": 5}, "The field `title` should be a valid string (got 5)."),
        (
            MeetingBody,
            {"title": "x" * 301},
            f"The field `title` should have at most 300 characters (got '{'x' * 56}…).",
        ),
        (
            MeetingBody,
            {"languages": ["ru", "klingon"]},
            "The field `languages.1` must be a language code that Whisper knows, such as en or ru "
            "(got 'klingon').",
        ),
    ],
)
def test_the_sentence(model: type[ListQuery | MeetingBody], value: dict[str, object], sentence: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        checked(model, value)
    assert (refused.value.code, refused.value.status) == ("invalid_field", 422)
    assert refused.value.message == sentence
