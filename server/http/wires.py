"""The wires of vendors' clients, as the contract names them: where, with what, what they do and what not.

What their messages are is the vendors' to document; these rows say how far this server goes with them.
"""

from typing import Final

OTHER_WIRES: Final[tuple[dict[str, str], ...]] = (
    {
        "path": "/v1/listen",
        "clients": "Deepgram, live",
        "credential": "`Authorization: Token <key>`, or the subprotocols `token, <key>`",
        "works": "`interim_results`, `endpointing` (200 to 3000 ms), `utterance_end_ms`, `vad_events`, "
        "`multichannel`, `keyterm`, `keywords`, `language`, `detect_language`, `smart_format`, `punctuate`, "
        "`KeepAlive`, `Finalize`, `CloseStream`; `extra=meeting:<id>` names a meeting",
        "passed_over": "`diarize`, `numerals`, `replace`, `search`, `summarize` and the like, each named in "
        "the header `Warning`",
        "refused": "`callback`, `redact`, AMR, Speex and G.729 (400); `Configure` (`ConfigureFailure`)",
    },
    {
        "path": "/v2/listen",
        "clients": "Deepgram Flux",
        "credential": "as for `/v1/listen`",
        "works": "turns, `ForceEndTurn`, `CloseStream`",
        "passed_over": "thresholds; no turn ends early",
        "refused": "`Configure` (`ConfigureFailure`)",
    },
    {
        "path": "/v1/realtime",
        "clients": "OpenAI, Realtime transcription",
        "credential": "`Authorization: Bearer <key>`, or the subprotocols `realtime, "
        "openai-insecure-api-key.<key>`; client secrets too",
        "works": "`session.update`, `input_audio_buffer.append`, `.commit` and `.clear`, both dialects, "
        "logprobs; `?meeting=<id>` names a meeting",
        "passed_over": "thresholds, noise reduction, prefix padding",
        "refused": "sessions that speak, binary messages, another format once audio has begun",
    },
    {
        "path": "/v3/ws",
        "clients": "AssemblyAI, streaming v3",
        "credential": "`Authorization: <key>`, or `?token=` of `GET /v3/token`",
        "works": "growing and formatted turns, `keyterms_prompt`, `max_turn_silence`, `ForceEndpoint`, "
        "`KeepAlive`, `Terminate`, `UpdateConfiguration` of `format_turns`",
        "passed_over": "speaker labels, prompts, thresholds, `inactivity_timeout`",
        "refused": "bare Opus packets, `redact_pii`, `filter_profanity`, `webhook_url` (3006)",
    },
    {
        "path": "/v2",
        "clients": "Speechmatics, real-time (also `/v2/` and `/v2/{language}`)",
        "credential": "`Authorization: Bearer <key>`, or `?jwt=` of `POST /v1/api_keys?type=rt`",
        "works": "partials, words and punctuation with times, `EndOfUtterance`, `AddChannelAudio`, "
        "`additional_vocab` (the first 100)",
        "passed_over": "`max_delay`, entities, filters; diarization (every speaker is `UU`)",
        "refused": "a key in the address, channels out of a file, `/v2/agent`",
    },
    {
        "path": "/twilio",
        "clients": "Twilio Media Streams",
        "credential": "the `<Parameter>` `token` of the stream: a token, or a key",
        "works": "one or both sides as the speakers `inbound` and `outbound` on one clock; the "
        "`<Parameter>`s `meeting`, `title`, `languages`, `hotwords`, `template`",
        "passed_over": "`mark`, `dtmf`, the signature of the handshake",
        "refused": "a second stream on a socket, other encodings, no `start` within five seconds",
    },
)
