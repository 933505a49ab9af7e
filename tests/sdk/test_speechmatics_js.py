"""The unmodified `@speechmatics/real-time-client` from npm against a real server."""

from pathlib import Path

import httpx
import pytest

from loadtest.wer import normalise
from tests.sdk.scripts import Scripts
from tests.sdk.short import SENTENCE
from tests.sdk.speech import KEY
from tests.support.process import Server
from tests.support.recordings import s16, sentence

SCRIPT = "speechmatics_live.mjs"


def address(server: Server) -> str:
    """Where the client calls."""
    return server.url.replace("http", "ws", 1) + "/v2"


def test_a_page_is_told_what_was_said(sdk_server: Server, scripts: Scripts, tmp_path: Path) -> None:
    made = httpx.post(
        f"{sdk_server.url}/v1/api_keys?type=rt", json={"ttl": 60}, headers={"Authorization": f"Bearer {KEY}"}
    )
    assert made.status_code == 201
    file = tmp_path / "sentence.raw"
    file.write_bytes(s16(sentence()))
    heard = scripts.run(SCRIPT, address(sdk_server), made.json()["key_value"], str(file))
    assert heard[0]["message"] == "RecognitionStarted"
    assert heard[-1]["message"] == "EndOfTranscript"
    finals = [one for one in heard if one["message"] == "AddTranscript"]
    assert normalise("".join(one["metadata"]["transcript"] for one in finals)) == normalise(SENTENCE)
    words = [result for one in finals for result in one["results"] if result["type"] == "word"]
    assert all(0 <= word["start_time"] <= word["end_time"] <= 3.2 for word in words)
    assert [one["seq_no"] for one in heard if one["message"] == "AudioAdded"] == list(range(1, 32))


# A key has no place in an address, not even the right one.
@pytest.mark.parametrize("shown", ["wrong", "a.b.c", KEY])
def test_a_wrong_token_is_the_clients_own_error(sdk_server: Server, scripts: Scripts, shown: str) -> None:
    heard = scripts.run(SCRIPT, address(sdk_server), shown, "")
    assert heard[-1] == {"rejected": "not_authorised"}
    (error,) = [one for one in heard if one.get("message") == "Error"]
    assert error["type"] == "not_authorised"
