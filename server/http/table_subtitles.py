"""The rows of the table of operations that give captions to players of video."""

from server.documents.forms import MEDIA_TYPES
from server.http import subtitles
from server.http.models import SubtitlesQuery
from server.http.operations import MEETING, NO_MEETING, Answer, Operation

_VTT = MEDIA_TYPES["vtt"].partition(";")[0]

SUBTITLES: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{MEETING}/captions.vtt",
        subtitles.get_track,
        "view",
        "Captions as one WebVTT file",
        "For a `<track>` of a recording; what was said so far while the meeting is live.",
        tag="transcripts",
        answers={200: Answer("The captions so far.", media=(_VTT,))},
        errors=NO_MEETING,
        cross_origin=True,
    ),
    Operation(
        "GET",
        f"{MEETING}/captions.m3u8",
        subtitles.get_playlist,
        "view",
        "Captions for a player of HLS",
        "A media playlist of WebVTT segments of six seconds (RFC 8216): name it in the `EXT-X-MEDIA` "
        "of `TYPE=SUBTITLES` of the video's own playlist. While the meeting is live it holds the last minute "
        "whose words are settled, afterwards everything.",
        tag="transcripts",
        query=SubtitlesQuery,
        answers={200: Answer("The playlist.", media=(subtitles.PLAYLIST,))},
        errors=NO_MEETING,
        cross_origin=True,
    ),
    Operation(
        "GET",
        f"{MEETING}/captions/{{number}}.vtt",
        subtitles.get_segment,
        "view",
        "One segment of the playlist",
        "Cues that reach over its end go on in the next one. What a segment holds never changes.",
        tag="transcripts",
        query=SubtitlesQuery,
        answers={200: Answer("Six seconds of captions.", media=(_VTT,))},
        errors={404: "`meeting_not_found`, or `captions_not_found`: the playlist has no such segment (yet)."},
        cross_origin=True,
    ),
)
