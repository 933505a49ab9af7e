"""Recordings and temporary tokens through Deepgram's own SDKs, unmodified."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sdk.scripts import Scripts
from tests.sdk.speech import KEY, MOST_WRONG, SECONDS, speech, wrong
from tests.support.process import Server
from tests.support.recordings import encoded, raw

pytest.importorskip("deepgram", reason="deepgram-sdk is not installed (group sdk)")

from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment

pytestmark = [
    pytest.mark.model,
    # The SDK imports a name that the library of sockets gives up.
    pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning"),
]


@contextmanager
def client(server: Server, **shown: str) -> Iterator[DeepgramClient]:
    """The SDK's client, with `api_key` or `access_token`."""
    socket = server.url.replace("http", "ws", 1)
    places = DeepgramClientEnvironment(
        base=server.url, production=socket, agent=socket, agent_rest=server.url
    )
    with httpx.Client(timeout=60) as http:
        yield DeepgramClient(environment=places, httpx_client=http, **shown)


@pytest.fixture(scope="module")
def recording() -> bytes:
    """The speech as an Ogg file."""
    return encoded(speech(), "ogg", "libopus", 48_000)


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and writes no log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base's name)
        """Say nothing."""


@pytest.fixture
def elsewhere(tmp_path: Path, recording: bytes) -> Iterator[str]:
    """An address at which the recording lies."""
    (tmp_path / "meeting.ogg").write_bytes(recording)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/meeting.ogg"
        server.shutdown()
        serving.join()


def check_whole(told: dict[str, Any]) -> dict[str, Any]:
    """The right words at their times; the reading."""
    assert told["metadata"]["duration"] == pytest.approx(SECONDS, abs=0.1)
    assert told["metadata"]["channels"] == 1
    (channel,) = told["results"]["channels"]
    (reading,) = channel["alternatives"]
    assert wrong(reading["transcript"]) <= MOST_WRONG
    words = reading["words"]
    assert words[0]["word"] == "good"
    assert words[0]["start"] == pytest.approx(0.54, abs=0.15)
    assert all(one["start"] <= one["end"] <= SECONDS for one in words)
    assert 0 < reading["confidence"] <= 1
    found: dict[str, Any] = reading
    return found


def meetings(server: Server) -> list[str]:
    """The ids of all."""
    shown = {"Authorization": f"Bearer {KEY}"}
    found = httpx.get(f"{server.url}/v1/meetings?limit=100", headers=shown, timeout=30).json()
    return [one["id"] for one in found["data"]]


def test_a_file_gives_its_transcript_and_nothing_of_it_is_kept(sdk_server: Server, recording: bytes) -> None:
    before = meetings(sdk_server)
    with client(sdk_server, api_key=KEY) as sdk:
        answer = sdk.listen.v1.media.transcribe_file(
            request=recording, model="nova-3", smart_format=True, utterances=True
        )
    told = answer.model_dump()
    reading = check_whole(told)
    assert "".join(reading["paragraphs"]["transcript"].split()) == "".join(reading["transcript"].split())
    utterances = told["results"]["utterances"]
    assert " ".join(one["transcript"] for one in utterances) == reading["transcript"]
    assert meetings(sdk_server) == before


def test_a_recording_is_fetched_from_its_address(sdk_server: Server, elsewhere: str) -> None:
    with client(sdk_server, api_key=KEY) as sdk:
        check_whole(sdk.listen.v1.media.transcribe_url(url=elsewhere, model="nova-3").model_dump())
        with pytest.raises(ApiError) as refused:
            sdk.listen.v1.media.transcribe_url(url=f"{elsewhere}.gone", model="nova-3")
    assert (refused.value.status_code, refused.value.body["err_code"]) == (400, "REMOTE_CONTENT_ERROR")


def test_raw_audio_is_as_declared(sdk_server: Server) -> None:
    with client(sdk_server, api_key=KEY) as sdk:
        answer = sdk.listen.v1.media.transcribe_file(
            request=raw(speech(), "mulaw", 8_000),
            model="nova-3",
            encoding="mulaw",
            request_options={"additional_query_parameters": {"sample_rate": 8_000}},
        )
    check_whole(answer.model_dump())


@pytest.mark.parametrize(
    ("key", "body", "status", "code"),
    [("sk_wrong", b"x", 401, "INVALID_AUTH"), (KEY, b"a letter" * 1_000, 400, "CONTAINER_UNREADABLE")],
)
def test_a_refusal_is_the_sdks_own_error(
    sdk_server: Server, key: str, body: bytes, status: int, code: str
) -> None:
    with client(sdk_server, api_key=key) as sdk, pytest.raises(ApiError) as refused:
        sdk.listen.v1.media.transcribe_file(request=body)
    assert (refused.value.status_code, refused.value.body["err_code"]) == (status, code)


def test_a_page_gets_a_token_that_opens_streams_and_nothing_else(sdk_server: Server) -> None:
    with client(sdk_server, api_key=KEY) as sdk:
        granted = sdk.auth.v1.tokens.grant(ttl_seconds=30)
    assert granted.expires_in == 30
    with client(sdk_server, access_token=granted.access_token) as page:
        with page.listen.v1.connect(model="nova-3", encoding="linear16", sample_rate=16_000) as socket:
            socket.send_close_stream()
            assert socket.recv().type == "Metadata"
        with pytest.raises(ApiError) as refused:
            page.auth.v1.tokens.grant()
    assert refused.value.status_code == 403


def test_the_model_is_listed(sdk_server: Server) -> None:
    with client(sdk_server, api_key=KEY) as sdk:
        (model,) = sdk.manage.v1.models.list().stt or []
        assert (model.canonical_name, model.streaming, model.batch) == ("tiny.en", True, True)
        assert sdk.manage.v1.models.get(model_id=str(model.uuid_)).model_dump()["name"] == "tiny.en"


def test_javascript_gives_the_same(
    sdk_server: Server, scripts: Scripts, tmp_path: Path, recording: bytes
) -> None:
    audio = tmp_path / "audio.ogg"
    audio.write_bytes(recording)
    (told,) = scripts.run("deepgram_file.mjs", sdk_server.url, KEY, str(audio))
    check_whole(told)
