"""The operations on the sound of meetings."""

from server.http import recordings
from server.http.operations import MEETING, NO_MEETING, Answer, Operation

_TAG = "recordings"


RECORDINGS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{MEETING}/recordings",
        recordings.list_recordings,
        "view",
        "List the sound of a meeting",
        "Of meetings and streams with `record: true`: one piece for each track of each stream, more where "
        "some was lost, as a server did. Silence takes the place of what never arrived, so that the times of "
        "words are times in the sound. `missing` says what was not kept. Works while the meeting is live.",
        tag=_TAG,
        answers={200: Answer("All pieces by time.", recordings.RecordingsOut)},
        errors=NO_MEETING,
    ),
    Operation(
        "GET",
        f"{MEETING}/recordings/{{recording_id}}",
        recordings.get_recording,
        "view",
        "Hear a recording",
        "Opus in Ogg, whole or by `Range` and `If-Range` (RFC 9110), one range a call. A player "
        "of a page names a token in the address. While it is written it is as long as it has come; `url` of "
        "the list names so many bytes, which stay the same.",
        tag=_TAG,
        query=recordings.SoundQuery,
        answers={
            200: Answer("The sound.", media=(recordings.MEDIA_TYPE,)),
            206: Answer("The range that was asked for.", media=(recordings.MEDIA_TYPE,)),
        },
        errors={
            404: "`meeting_not_found`, or `recording_not_found`: there is no such recording on this server.",
            416: "`range_not_satisfiable`: the range begins behind the end; `Content-Range` names the size.",
            503: "`recording_unavailable`: the bucket does not answer.",
        },
    ),
    Operation(
        "GET",
        f"{MEETING}/waveform",
        recordings.get_waveform,
        "view",
        "Draw the sound of a meeting",
        "One number for each of equal parts, made when the sound was recorded: short and quick for a meeting "
        "of any length.",
        tag=_TAG,
        query=recordings.WaveformQuery,
        answers={200: Answer("How loud it was.", recordings.WaveformOut)},
        errors=NO_MEETING,
    ),
)
