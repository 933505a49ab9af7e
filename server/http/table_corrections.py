"""The part of the table of HTTP operations by which people change a transcript."""

from server.http import corrections
from server.http.models import PageQuery, SegmentOut
from server.http.operations import MEETING, NO_MEETING, Answer, Operation

_SEGMENT = f"{MEETING}/segments/{{segment_id}}"

CORRECTIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{MEETING}/speakers",
        corrections.get_speakers,
        "view",
        "List who speaks",
        "By label, which is what the stream calls them; `name` is what people call them.",
        tag="transcripts",
        answers={200: Answer("Everybody who spoke.", corrections.SpeakersOut)},
        errors=NO_MEETING,
    ),
    Operation(
        "PATCH",
        f"{MEETING}/speakers",
        corrections.rename_speakers,
        "manage",
        "Name speakers",
        "The name takes the place of the label in captions, transcripts, search and what is reported, also "
        "where it stands already; the label stays beside it as `speaker_label`, and null gives it back. "
        "Whoever watches the meeting live is told `renamed`.",
        tag="transcripts",
        body=corrections.SpeakersBody,
        answers={200: Answer("Everybody who spoke.", corrections.SpeakersOut)},
        errors={**NO_MEETING, 409: "`too_many_speakers`: a meeting has names for 200."},
    ),
    Operation(
        "PATCH",
        _SEGMENT,
        corrections.correct_segment,
        "manage",
        "Correct what was heard",
        "A final, also while the meeting is live. Words that stay keep their times. Transcripts, search and "
        "reports use the corrected text; every version stays in the history, and `restore` brings one back "
        "as a new version. `version` is the one that you have seen, so that nobody overwrites another's. "
        "Whoever watches the meeting live is told `corrected`.",
        tag="transcripts",
        body=corrections.CorrectionBody,
        answers={200: Answer("The segment as it is now, with its words.", SegmentOut)},
        errors={
            404: "`meeting_not_found`, `segment_not_found` or `version_not_found`.",
            409: "`segment_changed`: read it again; `too_many_corrections`: 100 are kept.",
        },
    ),
    Operation(
        "GET",
        f"{_SEGMENT}/history",
        corrections.list_corrections,
        "view",
        "Read what a segment said before",
        tag="transcripts",
        query=PageQuery,
        answers={200: Answer("A page, the newest first.", corrections.HistoryOut)},
        errors={
            404: "`meeting_not_found` or `segment_not_found`.",
            400: "`bad_cursor`: the cursor is not one that this list gave.",
        },
    ),
)
