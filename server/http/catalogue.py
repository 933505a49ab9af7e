"""Every code with which the server refuses something or ends a stream, and what each close code means.

Data only: the contract is made from it, and tests hold it against the code and against a running server.
`answers` are the HTTP statuses (below 1000; of a call, or in place of a WebSocket's handshake) and the close
codes (of an open WebSocket, whose close reason is the code) under which a code comes.
"""

from dataclasses import dataclass
from typing import Final

from streaming.errors import Close

GOES_ON: Final = 0
"""In `answers`: told to the client by an `error` message that is not fatal."""

BAD_ORDER, NOT_UNDERSTOOD, NOT_ALLOWED = (
    int(Close.BAD_ORDER),
    int(Close.NOT_UNDERSTOOD),
    int(Close.NOT_ALLOWED),
)
TOO_BIG, OUR_FAULT, RESTART = int(Close.TOO_BIG), int(Close.OUR_FAULT), int(Close.RESTART)
OVERLOADED, NO_AUDIO = int(Close.OVERLOADED), int(Close.NO_AUDIO)
SLOW_READER, TAKEN_OVER = int(Close.SLOW_READER), int(Close.TAKEN_OVER)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One stable code, one sentence about it, and the statuses and close codes under which it comes."""

    code: str
    meaning: str
    answers: tuple[int, ...]


CATALOGUE: Final = (
    Refusal("address_refused", "An address has another scheme, or leads to where nothing may go.", (400,)),
    Refusal("already_started", "`start` or `resume` came a second time.", (BAD_ORDER,)),
    Refusal("audio_buffer_empty", "A commit came with less than 100 ms of audio.", (GOES_ON,)),
    Refusal("audio_misaligned", "A message of audio ends within a sample.", (NOT_UNDERSTOOD,)),
    Refusal("audio_not_base64", "Audio in a JSON message is no base64.", (GOES_ON,)),
    Refusal("audio_not_removed", "Audio could not be removed, so the meeting was kept.", (500,)),
    Refusal("bad_channels", "The number of channels is not from 1 to 8.", (NOT_UNDERSTOOD,)),
    Refusal("bad_cursor", "The cursor is not one that a list gave.", (400,)),
    Refusal("bad_form", "A form with a file is no multipart/form-data, or cut short.", (400,)),
    Refusal("bad_json", "No JSON object, or over 64 levels deep.", (GOES_ON, 400, BAD_ORDER, NOT_UNDERSTOOD)),
    Refusal("bad_sample_rate", "The sample rate is not from 8 to 48 kHz.", (NOT_UNDERSTOOD,)),
    Refusal("body_too_big", "A body, or a form beside its file, has more than 1 MiB.", (413,)),
    Refusal("body_too_slow", "A body took more than 30 seconds, or a form stopped for as long.", (408,)),
    Refusal("bot_already_there", "A bot of the workspace is in that meeting already.", (409,)),
    Refusal("bot_not_found", "There is no bot with this id.", (404,)),
    Refusal("calendar_exists", "The workspace has a calendar with this address already.", (409,)),
    Refusal("calendar_not_found", "There is no calendar with this id.", (404,)),
    Refusal("captions_not_found", "A playlist of captions has no such part, or not yet.", (404,)),
    Refusal("container_bomb", "Very few bytes turn into very much audio.", (400, NOT_ALLOWED)),
    Refusal("container_corrupt", "A container was damaged for too long.", (400, NOT_UNDERSTOOD)),
    Refusal("container_unreadable", "The audio is in no container that opens.", (400, NOT_UNDERSTOOD)),
    Refusal("container_without_audio", "32 MiB of a container held no audio.", (NOT_ALLOWED,)),
    Refusal("deletion_not_found", "There is no receipt of a deletion with this id.", (404,)),
    Refusal("delivery_not_found", "There is no delivery with this id.", (404,)),
    Refusal("disk_full", "There is no room on disk for a file.", (503,)),
    Refusal("file_empty", "A recording has no bytes.", (400,)),
    Refusal("file_too_big", "A recording has more than 512 MiB.", (413,)),
    Refusal("file_too_long", "A recording is longer than 12 hours.", (413,)),
    Refusal("follow_up_not_found", "No failed follow-up has this id.", (404,)),
    Refusal("fragment_unreadable", "The body is no fragment of SDP (RFC 8840).", (400,)),
    Refusal("frame_too_big", "A WebSocket message has more than 1 MiB.", (TOO_BIG,)),
    Refusal("head_too_slow", "The head of a request took more than 15 seconds.", (408,)),
    Refusal("head_unreadable", "The request is no HTTP/1.1, or its head is over 64 KiB.", (400,)),
    Refusal("host_not_allowed", "Without an API key only this machine is served.", (403,)),
    Refusal("hours_used_up", "The key has sent its hours of audio of the month.", (429, OVERLOADED)),
    Refusal("idle", "No audio came for `STENO_IDLE_SECONDS`.", (NO_AUDIO,)),
    Refusal("ingest_not_found", "The meeting has no ingest with this id.", (404,)),
    Refusal("internal", "The server failed; the fault is not in the request.", (500, OUR_FAULT)),
    Refusal("invalid_field", "A field is missing or wrong: the one named.", (GOES_ON, 400, 422, BAD_ORDER)),
    Refusal("item_not_found", "The report has no such item.", (404,)),
    Refusal("key_expired", "The time of the API key is over.", (401, NOT_ALLOWED)),
    Refusal("key_missing", "No API key was shown.", (401,)),
    Refusal("key_not_found", "The workspace has no key with this id.", (404,)),
    Refusal("key_not_known", "The API key is not known.", (401,)),
    Refusal("key_revoked", "The API key was revoked.", (401, NOT_ALLOWED)),
    Refusal("language_not_supported", "The speech model lacks a language.", (400, NOT_ALLOWED)),
    Refusal("media_type_not_supported", "The body has another type than the call takes.", (415,)),
    Refusal("meeting_deleted", "The meeting was deleted while it was streamed or watched.", (NOT_ALLOWED,)),
    Refusal("meeting_not_ended", "The report is written when the meeting has ended.", (409,)),
    Refusal("meeting_not_found", "There is no meeting with this id.", (404, NOT_ALLOWED)),
    Refusal("meeting_url_refused", "No address of a page that a bot may go to.", (400,)),
    Refusal("message_too_big", "A JSON message has more than 65536 characters.", (GOES_ON, TOO_BIG)),
    Refusal("method_not_allowed", "The address does not take this method; see `Allow`.", (405,)),
    Refusal("model_not_found", "There is no model of this name.", (404,)),
    Refusal("no_audio_track", "The container holds no audio.", (400, NOT_UNDERSTOOD)),
    Refusal("no_language_model", "No language model is configured.", (409,)),
    Refusal("no_port", "All ports for senders of streams are in use.", (503,)),
    Refusal("no_room", "There is no room for the file now.", (507,)),
    Refusal("not_acceptable", "No form that was asked for is given.", (406, 415)),
    Refusal("not_changeable", "The format was changed after audio had begun.", (GOES_ON,)),
    Refusal("not_found", "There is nothing at this address.", (404,)),
    Refusal("not_ready", "The server starts or stops, or lacks what it needs; ask again.", (503,)),
    Refusal("not_recorded", "`record` was asked for, and the sound, or some of it, is not kept.", (GOES_ON,)),
    Refusal("not_resumable", "The session has the encoding `auto`.", (NOT_ALLOWED,)),
    Refusal("not_started", "The first message was not `start` or `resume`.", (BAD_ORDER,)),
    Refusal("not_supported", "What a vendor's call asks for is not done here: leave it out.", (400,)),
    Refusal("offer_not_served", "The offer has more or other parts than one audio track.", (406,)),
    Refusal("offer_unreadable", "The body is no offer in SDP.", (400,)),
    Refusal("origin_not_allowed", "Without an API key, or by a token, pages of others are refused.", (403,)),
    Refusal("overloaded", "All places, or the speech model, are in use; try later.", (503, OVERLOADED)),
    Refusal("page_not_found", "No text of a page was kept of the meeting.", (404,)),
    Refusal("peer_not_found", "There is no such WebRTC session, or no longer.", (404,)),
    Refusal("picture_not_found", "The meeting has no picture of this number.", (404,)),
    Refusal("precondition_failed", "The WebRTC session has another ETag.", (412,)),
    Refusal("precondition_missing", "The call must name the ETag in If-Match.", (428,)),
    Refusal("range_not_satisfiable", "The range begins behind the end of the recording.", (416,)),
    Refusal("recording_not_found", "There is no such recording, or it lies on another server.", (404,)),
    Refusal("recording_unavailable", "The bucket of recordings does not answer; try again.", (503,)),
    Refusal("remote_content_error", "A recording was not fetched from where it is.", (400,)),
    Refusal("report_being_written", "The report is being written already.", (409,)),
    Refusal("report_not_found", "The meeting has no such version of a report.", (404,)),
    Refusal("restart_not_supported", "ICE is not restarted: begin a new session.", (422,)),
    Refusal("restarting", "The server stops; connect again, perhaps to another one.", (503, RESTART)),
    Refusal("resume_token_wrong", "The token is not the session's.", (NOT_ALLOWED,)),
    Refusal("resume_too_late", "The session has waited `STENO_RESUME_SECONDS` and ended.", (NOT_ALLOWED,)),
    Refusal("scope_missing", "The key or token may not do this.", (403,)),
    Refusal("segment_changed", "The segment was corrected since the version that was seen.", (409,)),
    Refusal("segment_not_found", "The meeting has no such segment, or it is not final yet.", (404,)),
    Refusal("seq_unknown", "`seq` is a number that was never sent.", (NOT_ALLOWED,)),
    Refusal("session_ended", "The session was stopped before.", (NOT_ALLOWED,)),
    Refusal("session_not_found", "There is no session with this id.", (NOT_ALLOWED,)),
    Refusal("session_taken_over", "The session was resumed over another socket.", (TAKEN_OVER,)),
    Refusal("signed_out", "The sign-in of the browser is over.", (401, NOT_ALLOWED)),
    Refusal("slow_reader", "Captions were not read as fast as they came.", (SLOW_READER,)),
    Refusal("store_unavailable", "The database does not answer; try again.", (503, OVERLOADED)),
    Refusal("target_not_found", "Nobody whom the workspace tells has this id.", (404,)),
    Refusal("template_invalid", "The text is no template; the message says why.", (422,)),
    Refusal("template_not_found", "There is no template of this name.", (404,)),
    Refusal("token_confined", "A token is for one meeting and for nothing beside it.", (403,)),
    Refusal("token_expired", "The time of the token is over.", (401, NOT_ALLOWED)),
    Refusal("token_not_valid", "The token is none of this server, or no longer.", (401,)),
    Refusal("too_many_calendars", "The workspace has 50 calendars already.", (409,)),
    Refusal("too_many_corrections", "A segment was corrected 100 times.", (409,)),
    Refusal("too_many_files", "8 files are heard, or 16 taken, at once; try later.", (503,)),
    Refusal("too_many_flushes", "`flush` came too often for the audio sent.", (BAD_ORDER,)),
    Refusal("too_many_ingests", "The server hears as many ingests as it takes.", (503,)),
    Refusal("too_many_keys", "The workspace has 1000 keys.", (409,)),
    Refusal("too_many_messages", "A socket brought more than 50 text messages a second.", (NOT_ALLOWED,)),
    Refusal("too_many_reports", "The meeting has 200 versions of its report.", (409,)),
    Refusal("too_many_requests", "The key has made all its requests of a minute.", (429,)),
    Refusal("too_many_sign_ins", "One address has shown ten wrong keys in a minute.", (429,)),
    Refusal("too_many_sockets", "Too many sockets wait without `start`: 200 of one address.", (503,)),
    Refusal("too_many_speakers", "The meeting has names for 200 speakers.", (409,)),
    Refusal("too_many_streams", "The key has all its live streams.", (429, OVERLOADED)),
    Refusal("too_many_templates", "200 templates are kept already.", (409,)),
    Refusal("too_many_viewers", "The meeting has 2000 viewers already.", (503,)),
    Refusal("too_many_webhooks", "The workspace has 20 webhooks already.", (409,)),
    Refusal("translation_not_supported", "Recordings are not translated.", (400,)),
    Refusal("tus_version", "Another version of tus than 1.0.0.", (412,)),
    Refusal("unexpected_binary", "Audio came where none is taken so.", (GOES_ON, NOT_UNDERSTOOD)),
    Refusal("unknown_encoding", "There is no such encoding.", (GOES_ON, NOT_UNDERSTOOD)),
    Refusal("unknown_type", "There is no message of this type.", (GOES_ON, BAD_ORDER)),
    Refusal("upload_elsewhere", "Another server receives this file.", (409,)),
    Refusal("upload_not_found", "There is no upload with this id.", (404,)),
    Refusal("upload_offset", "The piece does not follow on what was received.", (409,)),
    Refusal("upload_over", "Nothing more of the file is awaited.", (409, 410)),
    Refusal("upload_too_big", "The file has more bytes than it may, or than was said.", (413,)),
    Refusal("version_not_found", "The segment has no such version.", (404,)),
    Refusal("webhook_disabled", "The webhook is switched off, or was found gone or failing.", (409,)),
    Refusal("webhook_not_found", "There is no webhook with this id.", (404,)),
)  # fmt: skip

CLOSES: Final = {
    Close.DONE: "done",
    Close.BAD_ORDER: "bad message or order of messages",
    Close.NOT_UNDERSTOOD: "encoding or message not understood",
    Close.NOT_ALLOWED: "not allowed; not to be tried again as it is",
    Close.TOO_BIG: "message too big (1 MiB)",
    Close.OUR_FAULT: "our fault",
    Close.RESTART: "restart, connect again",
    Close.OVERLOADED: "overloaded, try later",
    Close.NO_AUDIO: "no audio for too long; may be resumed",
    Close.SLOW_READER: "slow reader",
    Close.TAKEN_OVER: "resumed over another socket",
}


def closes(*codes: Close) -> dict[str, str]:
    """Close codes with their meaning and the refusals that they come with."""
    return {str(int(code)): _with_reasons(code) for code in codes}


def _with_reasons(close: Close) -> str:
    reasons = [f"`{refusal.code}`" for refusal in CATALOGUE if int(close) in refusal.answers]
    return CLOSES[close] + (f": {', '.join(reasons)}" if reasons else "")


def as_data() -> list[dict[str, object]]:
    """The catalogue for the contract."""
    return [
        {
            "code": refusal.code,
            "statuses": [answer for answer in refusal.answers if GOES_ON < answer < Close.DONE],
            "closes": [answer for answer in refusal.answers if answer >= Close.DONE],
            "meaning": refusal.meaning,
        }
        for refusal in CATALOGUE
    ]
