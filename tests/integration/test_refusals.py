"""Every refusal of the catalogue over a real socket: its status or close code, and the sentence one reads.

`SCENARIOS` has an entry for each answer in the catalogue: what provokes it, and the exact sentence. The
database is a real PostgreSQL, the model is scripted.
"""

import pytest

from server.http.catalogue import CATALOGUE, GOES_ON
from server.live.connection import MAX_FLUSHES
from server.live.messages import MESSAGES_AT_ONCE
from server.store.postgres import PostgresStore
from tests.support import (
    access_refusals,
    bad_media,
    bot_refusals,
    calendar_refusals,
    correction_refusals,
    deepgram_refusals,
    ingest_refusals,
    openai_refusals,
    picture_refusals,
    recording_refusals,
    refusals,
    report_refusals,
    upload_refusals,
    webhook_refusals,
    whip_refusals,
)
from tests.support.refusals import (
    MEETINGS,
    Scenario,
    Told,
    calls,
    plays,
    resumes,
    says,
    starts,
    views,
)
from tests.support.wire import PCM

START, PING = starts(PCM), {"type": "ping"}
NOBODY = {"type": "resume", "session": "ses_x", "token": "t", "seq": 0}
INFLATED = bad_media.inflated()

SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("already_started", 1002): (says(START, START), "The stream has already been started."),
    ("audio_misaligned", 1003): (
        says(START, b"\0" * 3),
        "An audio message of 3 bytes was received; pcm_s16le with 1 channel(s) needs a multiple of 2 bytes.",
    ),
    ("audio_not_removed", 500): (
        refusals.audio_that_stays,
        "The audio could not be removed, so the meeting was kept; try again.",
    ),
    ("bad_channels", 1003): (
        says(starts({**PCM, "channels": 9})),
        "9 channels are not supported; send 1 to 8.",
    ),
    ("bad_cursor", 400): (
        calls("GET", f"{MEETINGS}?cursor=x"),
        "The cursor is not one that a list gave; begin again without a cursor.",
    ),
    ("bad_json", 400): (
        calls("POST", MEETINGS, content=b"{"),
        "The body is not valid JSON at line 1 column 2.",
    ),
    ("bad_json", 1002): (says("hello"), "A text frame must be a JSON object; this one is no JSON."),
    ("bad_json", 1003): (views("hello"), "The message is not valid JSON."),
    ("bad_sample_rate", 1003): (
        says(starts({**PCM, "sample_rate": 7_999})),
        "The sample rate 7999 Hz is not supported; send 8000 to 48000 Hz.",
    ),
    ("body_too_big", 413): (
        calls("POST", MEETINGS, content=b" " * (1 << 21)),
        "The body is over 1048576 bytes, which is the most that is read.",
    ),
    ("body_too_slow", 408): (refusals.body_that_does_not_come, "The body did not come within 0.05 seconds."),
    ("captions_not_found", 404): (
        refusals.asks_for_captions_to_come,
        "The playlist of this meeting has no such part, or not yet.",
    ),
    ("container_bomb", 400): (
        deepgram_refusals.brings(INFLATED),
        f"{len(INFLATED)} bytes turned into 236 s of audio; send real recordings.",
    ),
    ("container_bomb", 1008): (
        plays(INFLATED),
        f"{len(INFLATED)} bytes turned into 236 s of audio; send real recordings.",
    ),
    ("container_corrupt", 400): (
        deepgram_refusals.brings(bad_media.damaged()),
        "100 packets in a row were damaged after 0.5 s of audio.",
    ),
    ("container_corrupt", 1003): (
        plays(bad_media.damaged()),
        "100 packets in a row were damaged after 0.5 s of audio.",
    ),
    ("container_unreadable", 400): (
        deepgram_refusals.brings(b"a letter" * 1_000),
        "The audio container cannot be opened; it is damaged or holds no audio.",
    ),
    ("container_unreadable", 1003): (
        plays(b"a letter" * 1_000),
        "The audio container cannot be opened; send the file or the recorder's output "
        "from its very first byte, as WebM, Ogg, MP3, AAC, FLAC or WAV.",
    ),
    ("container_without_audio", 1008): (
        says(starts(refusals.AUTO), *bad_media.mute()),
        "33554432 bytes in a row held no sample of audio; send a recording of sound.",
    ),
    ("deletion_not_found", 404): (
        calls("GET", "/v1/deletions/del_x"),
        "There is no receipt of a deletion with this id.",
    ),
    ("delivery_not_found", 404): (
        calls("POST", "/v1/deliveries/dlv_x/replay"),
        "There is no delivery with this id.",
    ),
    ("file_empty", 400): (deepgram_refusals.brings(b""), "The recording is empty."),
    ("file_too_big", 413): (deepgram_refusals.too_big_a_recording, "The recording has over 0 MiB."),
    ("file_too_long", 413): (
        deepgram_refusals.too_long_a_recording,
        "The recording is longer than 0 hours; send it in parts.",
    ),
    ("frame_too_big", 1009): (
        says(b"\0" * (1 << 21)),
        "A frame may hold 1048576 bytes at the most, this one has 2097152: send smaller pieces.",
    ),
    ("head_too_slow", 408): (
        refusals.head_that_does_not_come,
        "The head of the request did not come in time.",
    ),
    ("head_unreadable", 400): (
        refusals.head_without_end,
        "The request is not HTTP/1.1, or its head has more than 65536 bytes.",
    ),
    ("host_not_allowed", 403): (
        calls("GET", MEETINGS, host="steno.example"),
        "Without an API key only this machine is served: call localhost, or set STENO_API_KEY.",
    ),
    ("idle", 4408): (says(idle_seconds=0.05), "No audio came for 0.05 seconds."),
    ("internal", 500): (refusals.crash, "The server failed to do this; the fault is not in the request."),
    ("internal", 1011): (refusals.crash_at_start, "The server failed; what was final is kept."),
    ("invalid_field", 422): (
        calls("GET", f"{MEETINGS}?limit=0"),
        "The field `limit` should be greater than or equal to 1 (got '0').",
    ),
    ("invalid_field", 1002): (says({"type": "start"}), "The field audio of start is missing."),
    ("key_missing", 401): (
        calls("GET", MEETINGS, key="right"),
        "Show the API key in the header `Authorization: Bearer <key>`.",
    ),
    ("key_not_known", 401): (
        calls("GET", MEETINGS, key="right", authorization="Bearer wrong"),
        "The API key is not known to this server.",
    ),
    ("language_not_supported", 400): (
        deepgram_refusals.listens_to("language=ru"),
        "The speech model does not know the language 'ru'; it knows en.",
    ),
    ("language_not_supported", 1008): (
        says(starts(PCM, languages=["ru"])),
        "The speech model does not know the language 'ru'; it knows en.",
    ),
    ("meeting_deleted", 1008): (refusals.deleted, "The meeting was deleted."),
    ("follow_up_not_found", 404): (
        calls("POST", "/v1/follow-ups/x/replay"),
        "There is no failed follow-up with this id.",
    ),
    ("item_not_found", 404): (
        report_refusals.an_item_that_is_not_there,
        "The report has no such item.",
    ),
    ("meeting_not_ended", 409): (
        report_refusals.of_a_live_meeting,
        "The report is written when the meeting has ended.",
    ),
    ("no_language_model", 409): (
        report_refusals.without_a_language_model,
        "No language model is configured, so the report stays as it is; see STENO_LLM_URL.",
    ),
    ("remote_content_error", 400): (
        deepgram_refusals.brings(b'{"url": "http://127.0.0.1/secret"}', content_type="application/json"),
        "The recording was not fetched: The host 127.0.0.1 leads to 127.0.0.1, "
        "which is a private, local or reserved address.",
    ),
    ("report_being_written", 409): (
        report_refusals.twice_at_once,
        "The report is being written; wait for it.",
    ),
    ("report_not_found", 404): (
        report_refusals.a_version_that_is_not_there,
        "This meeting has no such report.",
    ),
    ("target_not_found", 404): (
        calls("DELETE", "/v1/notifications/targets/tgt_x"),
        "Nobody whom the workspace tells has this id.",
    ),
    ("template_invalid", 422): (
        calls("PUT", "/v1/templates/mine", content=b'{"source": "x = 1"}'),
        "The template's name: Field required.",
    ),
    ("template_not_found", 404): (
        report_refusals.an_unknown_template,
        "There is no template of this name; GET /v1/templates lists them.",
    ),
    ("too_many_reports", 409): (
        report_refusals.too_many_versions,
        "A meeting has 200 versions of its report at the most.",
    ),
    ("too_many_templates", 409): (
        report_refusals.too_many_templates,
        "There are 200 templates, which is the most that is kept; change one of them.",
    ),
    ("meeting_not_found", 404): (calls("GET", f"{MEETINGS}/mtg_x"), "There is no meeting with this id."),
    ("meeting_not_found", 1008): (says(starts(PCM, meeting="mtg_x")), "There is no meeting 'mtg_x'."),
    ("message_too_big", 1009): (
        says("x" * 65_537),
        "A message may hold 65536 characters at the most, this one has 65537.",
    ),
    ("method_not_allowed", 405): (
        calls("PUT", MEETINGS),
        "This address does not take this method; see the Allow header and /docs.",
    ),
    ("no_audio_track", 400): (
        deepgram_refusals.brings(bad_media.silent_film()),
        "The container holds no audio track.",
    ),
    ("no_audio_track", 1003): (plays(bad_media.silent_film()), "The container holds no audio track."),
    ("not_acceptable", 406): (
        refusals.wants_another_form,
        "Captions come as text/event-stream or over a WebSocket.",
    ),
    ("not_found", 404): (calls("GET", "/v2"), "There is nothing at this address; see /docs."),
    ("not_ready", 503): (refusals.no_model, "The speech model is still loading."),
    ("not_recorded", GOES_ON): (refusals.not_recorded, "Audio is not kept by this server; captions go on."),
    ("not_resumable", 1008): (
        refusals.resumed_container,
        "A stream of this kind cannot be resumed: start a new one in the same meeting.",
    ),
    ("not_started", 1002): (says(b"\0\0"), "Audio came before the start message."),
    ("not_supported", 400): (
        deepgram_refusals.with_a_callback,
        "This server does not offer callback: leave it out.",
    ),
    ("origin_not_allowed", 403): (
        calls("GET", MEETINGS, origin="http://steno.example"),
        "Without an API key pages of other origins are refused: set STENO_API_KEY and send it.",
    ),
    ("overloaded", 503): (
        refusals.no_place_at_the_door,
        "This server takes 0 live streams at once, and all are in use.",
    ),
    ("overloaded", 1013): (
        refusals.no_place,
        "This server takes 1 live streams at once, and all are in use.",
    ),
    ("restarting", 503): (refusals.draining, "The server restarts; connect again."),
    ("restarting", 1012): (refusals.watching_at_the_end, "The server restarts; connect again."),
    ("resume_token_wrong", 1008): (
        resumes(token="wrong"),
        "The resume token is not the one of this session.",
    ),
    ("resume_too_late", 1008): (
        refusals.resumed_too_late,
        "The session was not resumed in time and has been finished; "
        "its transcript is at /v1/meetings/…/transcript.",
    ),
    ("seq_unknown", 1008): (
        resumes(seq=5_000),
        "No event with the number 5000 was ever sent; the last one had about 0.",
    ),
    ("session_ended", 1008): (
        refusals.resumed_after_stop,
        "The session has ended; its transcript is at /v1/meetings/…/transcript.",
    ),
    ("session_not_found", 1008): (
        says(NOBODY),
        "There is no session to resume under this id: start a new one.",
    ),
    ("session_taken_over", 4410): (
        refusals.resumed_elsewhere,
        "The session was resumed by another connection.",
    ),
    ("slow_reader", 4409): (
        refusals.not_reading,
        "Captions were not read as fast as they came; connect again with since=<last seq seen>.",
    ),
    ("store_unavailable", 503): (
        refusals.database_away,
        "The database does not answer just now; try again in a moment.",
    ),
    ("store_unavailable", 1013): (
        refusals.database_away_at_start,
        "The database does not answer just now; try again in a moment.",
    ),
    ("too_many_files", 503): (
        deepgram_refusals.one_recording_too_many,
        "This server hears 0 files at once, and does so.",
    ),
    ("too_many_flushes", 1002): (
        says(START, *[{"type": "flush"}] * (MAX_FLUSHES + 1)),
        "Flush came more than ten times for each second of audio.",
    ),
    ("too_many_messages", 1008): (
        says(*[PING] * (MESSAGES_AT_ONCE + 1), clock=lambda: 0.0),
        "More than 50 messages a second came; audio alone may come faster.",
    ),
    ("too_many_sockets", 503): (
        refusals.one_socket_too_many,
        "Too many connections have not begun a stream yet.",
    ),
    ("too_many_viewers", 503): (
        refusals.one_viewer_too_many,
        "The meeting has no room for another viewer: it takes 1 at once.",
    ),
    ("too_many_webhooks", 409): (
        webhook_refusals.one_too_many,
        "There are 20 webhooks, which is the most that a workspace has; delete one of them.",
    ),
    ("unexpected_binary", 1003): (views(b"\0\0"), "Viewers send no audio here."),
    ("unknown_encoding", 1003): (
        says(starts({"encoding": "pcm_u9"})),
        "There is no encoding 'pcm_u9'; the encodings are pcm_s16le, pcm_f32le, mulaw, alaw, auto.",
    ),
    ("unknown_type", 1002): (says({"type": "begin"}), "There is no message of type 'begin'."),
    ("webhook_disabled", 409): (
        webhook_refusals.that_is_off,
        "The webhook is disabled, so nothing is sent to it; enable it first.",
    ),
    ("webhook_not_found", 404): (
        calls("GET", "/v1/webhooks/whe_x"),
        "There is no webhook with this id.",
    ),
    **correction_refusals.SCENARIOS,
    **bot_refusals.SCENARIOS,
    **ingest_refusals.SCENARIOS,
    **upload_refusals.SCENARIOS,
    **access_refusals.SCENARIOS,
    **openai_refusals.SCENARIOS,
    **whip_refusals.SCENARIOS,
    **recording_refusals.SCENARIOS,
    **calendar_refusals.SCENARIOS,
    **picture_refusals.SCENARIOS,
}
ANSWERS = [(refusal.code, answer) for refusal in CATALOGUE for answer in refusal.answers]


@pytest.mark.parametrize(("code", "answer"), ANSWERS)
async def test_a_refusal_comes_with_its_answer_and_its_sentence(
    code: str, answer: int, store: PostgresStore
) -> None:
    scenario, sentence = SCENARIOS[code, answer]
    assert await scenario(store) == Told(answer, code, sentence)


def test_every_scenario_is_of_an_answer_in_the_catalogue() -> None:
    assert set(SCENARIOS) == set(ANSWERS)
