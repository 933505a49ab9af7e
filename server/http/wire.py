"""The WebSocket calls in words and as data, for the contract: OpenAPI itself has no place for them.

Read by `openapi.py` only; the behaviour itself lives in `server/live/` and `streaming/protocols/native.py`.
"""

from typing import Any

from server.http.catalogue import CLOSES, closes
from streaming.errors import Close

DESCRIPTION = """\
Steno turns the speech of a meeting into text while people speak.

Audio goes in over a WebSocket (`/v1/stream`), captions come out of it and, for any number of viewers, of
`/v1/meetings/{meeting_id}/captions`, over a WebSocket or as server-sent events. The calls below make meetings
and read transcripts back, also while a meeting is live.

Every error has the same body: `{"error": {"code", "message", "request_id", "retry_after"?}}`. `code` is
stable; all codes stand under "Errors". Unknown fields in bodies are ignored. Times are in seconds, dates in
ISO 8601 (UTC).

Send your API key as `Authorization: Bearer <key>`, or, where a browser cannot set headers, offer the
WebSocket subprotocols `steno.v1, bearer.<key>`; the server answers `steno.v1`. A key is never read from the
address. As long as no key was made and none is set, programs and pages of the same machine need none, and no
others are served.

A key belongs to a workspace and sees nothing of any other: what is another's does not exist. It has some of
the scopes `ingest` (send audio, make meetings), `view` (read and watch) and `manage` (change, delete, keys).
A token (`POST /v1/meetings/{meeting_id}/tokens`) is good for one scope in one meeting, for a while; send it
as a key, or in the address as `?token=`. A socket whose key is revoked, or whose key or token expires, is
closed with 1008 and `key_revoked`, `key_expired` or `token_expired`.

The pages of this server exchange a key for a cookie (`POST /v1/signin`). It counts for them only: calls that
change something need `Sec-Fetch-Site: same-origin` or the server's own `Origin`, and a body of JSON or the
field `X-Steno-Page`; handshakes need the own `Origin`. On the wires of other vendors' clients it counts for
nothing.

Who may make a number of requests a minute reads in `RateLimit` what is left of them. 429 and 1013 come with
the time after which to try again.
"""

_SERVER_EVENTS = {
    "caption": "seq, segment, start, end, text (settled), pending (tentative), final, language, speaker?, "
    "speaker_label?, track?, confidence?, words? [{word, start, end, confidence}] (finals), flags?, version? "
    "(of a text that people corrected)",
    "speech": 'state "started"|"stopped", at, track?',
    "gap": "start, end, reason",
    "pong": "id?",
    "ended": "duration, segments, coverage {received, transcribed, silence, quarantined, lost}, report",
    "error": "code, message, fatal, retry_after?; a fatal one is followed by the close",
}

_EDITS = {
    "corrected": "segment, version, start, end, text, language, speaker?, words?, flags?: people made this "
    "of a final that was shown before; the newest version counts. A caption itself never changes",
    "renamed": "names {label: name}: what people call speakers from now on, all of them, also where they "
    "spoke before. Captions have the name as `speaker` and the label as `speaker_label`",
}

RESUMING = """\
Keep the audio after the last `ack`. When the socket is lost without `stop` (also with 1012 and 4408), the
session is kept for `STENO_RESUME_SECONDS`, for this server and for any other one with the same database. Send
`resume` with the last `seq` that you have seen, and after `resumed` all audio from its `position` on. That is
never before the last `ack`, and always on a whole frame of your audio (`position * sample_rate / 16000`).
Captions that you missed come first, in their newest state, and numbers go on after yours.

When the server itself was lost, unfinished segments are heard anew under their names, and a `flush` or `stop`
without its answer must be sent again. One socket at a time has a session: the older one is closed (4410). A
session with the encoding `auto` has no `resume_token`: it is finished when its socket is lost.

While the database is away, live sessions go on and nothing is acknowledged. At 60 seconds of speech on one
track that wait to be stored no more audio is read, until the database is back. New streams, and sessions of
another process, are refused meanwhile with `store_unavailable` (503 or 1013, with `retry_after`).

While no audio is read, pings are not answered either, neither the socket's own nor `ping`: they wait behind
the audio. So they do behind audio that is sent faster than it can be heard. A client that takes a late pong
for a loss, as many libraries do after 20 seconds, loses nothing if it resumes; one that cannot should wait
longer.

A resume is refused (1008) with `session_not_found`, `resume_token_wrong`, `session_ended`, `resume_too_late`,
`seq_unknown` or `not_resumable`; then start a new stream in the same meeting.
""".strip()

STREAM: dict[str, Any] = {
    "path": "/v1/stream",
    "summary": "Audio in, captions out",
    "description": "JSON text frames are messages, binary frames are audio. The first message is `start`, or "
    "`resume` to go on with a session whose socket was lost. Times are seconds on the session's media clock, "
    "positions are samples at 16 kHz.\n\n" + RESUMING,
    "subprotocols": ["steno.v1", "bearer.<key>"],
    "client": {
        "start": "meeting?, audio {encoding, sample_rate?, channels?}, languages?, interim?, stability?, "
        "endpointing_ms?, hotwords?, multichannel?, speaker?, track?, title?, template?, record?",
        "(binary)": "audio: pcm_s16le, pcm_f32le, mulaw or alaw at 8–48 kHz, or auto: any container",
        "resume": "session, token, seq: instead of start",
        "flush": "id: finish every word heard so far now",
        "ping": "id?",
        "stop": "no more audio comes",
    },
    "server": {
        "ready": "session, meeting, resume_token (null: cannot be resumed), position",
        "resumed": "session, position: send audio again from here",
        "goaway": "resume_token, retry_after: resume, perhaps at another server; 1012 follows",
        **_SERVER_EVENTS,
        "ack": "position: all audio before it is accounted for and stored",
        "load": 'level "normal"|"rare_partials"|"finals_only"',
        "flushed": "id, position",
    },
    "closes": closes(*Close),
}

CAPTIONS: dict[str, Any] = {
    "path": "/v1/meetings/{meeting_id}/captions",
    "summary": "Captions to a viewer",
    "description": "`?since=<seq>` leaves out what was seen. A meeting takes 2000 viewers (503 "
    "`too_many_viewers`) and a server 5000 (503 `overloaded`). What was said comes first, then what is said. "
    "A caption of one `segment` comes again with growing `text` until it is `final`.",
    "subprotocols": ["steno.v1", "bearer.<key>"],
    "client": {"ping": "id?"},
    "server": {**_SERVER_EVENTS, **_EDITS},
    "closes": {
        str(int(code)): CLOSES[code]
        for code in (
            Close.DONE,
            Close.BAD_ORDER,
            Close.NOT_UNDERSTOOD,
            Close.NOT_ALLOWED,
            Close.TOO_BIG,
            Close.OUR_FAULT,
            Close.RESTART,
            Close.SLOW_READER,
        )
    },
}
