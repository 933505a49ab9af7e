"""The operations on what was seen of meetings."""

from server.http import pictures
from server.http.operations import MEETING, NO_MEETING, Answer, Operation

_TAG = "pictures"

PICTURES: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{MEETING}/pictures",
        pictures.list_pictures,
        "view",
        "List the pictures of a meeting",
        "Slides that were shown, at their times, and images of the page that the meeting was held on, where "
        "a bot was sent with `capture`. Works while the meeting is live.",
        tag=_TAG,
        query=pictures.PicturesQuery,
        answers={200: Answer("All pictures by time.", pictures.PicturesOut)},
        errors=NO_MEETING,
    ),
    Operation(
        "GET",
        f"{MEETING}/pictures/{{number}}",
        pictures.get_picture,
        "view",
        "See a picture",
        "Its bytes never change. An `img` of a page names a token in the address. SVG is a download: it may "
        "hold scripts.",
        tag=_TAG,
        answers={200: Answer("The picture.", media=tuple(pictures.EXTENSIONS))},
        errors={
            404: "`meeting_not_found`, or `picture_not_found`: the meeting has no picture of this number."
        },
    ),
    Operation(
        "GET",
        f"{MEETING}/page",
        pictures.get_page,
        "view",
        "Read the page of a meeting",
        "What the page on which the meeting was held has shown, in reading order, then its chat: as it was "
        "when a bot with `capture: {page: true}` left.",
        tag=_TAG,
        answers={200: Answer("The text.", media=("text/plain",))},
        errors={404: "`meeting_not_found`, or `page_not_found`: no page was kept."},
    ),
)
