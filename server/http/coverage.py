"""The call that tells where a meeting's audio ended: exact stretches in pages, and a coarse view of them all.

The answer is bounded whatever the length of the meeting. Dividing many stretches takes computing, so it is
done in a thread: the event loop carries other people's audio.
"""

import asyncio
from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from server.http.models import CoverageOut, CoverageQuery, IntervalOut, MeetingCoverage, SliceOut
from server.http.operations import Call, found_meeting
from server.http.services import Services
from server.store.records import Covered, Meeting

OUTCOMES = ("transcribed", "silence", "quarantined", "lost")


async def get_coverage(services: Services, call: Call) -> Response:
    """Sums, stretches, slices."""
    meeting = await found_meeting(services, call)
    covered = await services.store.covered(meeting.id)
    value = await asyncio.to_thread(answer, call.query, meeting, covered)
    return JSONResponse(value.model_dump(mode="json", exclude_none=True))


def answer(query: CoverageQuery, meeting: Meeting, covered: Sequence[Covered]) -> MeetingCoverage:
    """What is said of a meeting."""
    duration = max([meeting.duration, *(one.end for one in covered)])
    asked = [one for one in covered if query.outcome in {None, one.outcome}]
    page = asked[query.cursor : query.cursor + query.limit]
    after = query.cursor + len(page)
    return MeetingCoverage(
        meeting=meeting.id,
        duration=round(duration, 3),
        coverage=CoverageOut.of(meeting.coverage),
        slices=slices(covered, duration, query.slices),
        intervals=[IntervalOut.of(one) for one in page],
        next_cursor=after if after < len(asked) else None,
    )


def slices(covered: Sequence[Covered], duration: float, number: int) -> list[SliceOut]:
    """The meeting in `number` equal slices: the seconds of each class in each, summed over tracks."""
    if not number or not duration:
        return []
    width = duration / number
    sums = [dict.fromkeys(OUTCOMES, 0.0) for _ in range(number)]
    for one in covered:
        first = int(one.start / width)
        for index in range(first, min(number, int(one.end / width) + 1)):
            inside = min(one.end, (index + 1) * width) - max(one.start, index * width)
            sums[index][one.outcome] += max(0.0, inside)
    return [
        SliceOut(
            start=round(index * width, 3),
            end=round((index + 1) * width, 3),
            **{name: round(seconds, 3) for name, seconds in sums[index].items()},
        )
        for index in range(number)
    ]
