"""The process that reads one feed, and may be killed while it does.

In, on standard input: a line of JSON with `since` and `until`, then the bytes of the feed. Out, on standard
output: JSON with the meetings, or with `unreadable`. It bounds its own memory and time; a rule that never
comes to a date ends with the process.
"""

import json
import resource
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from server.calendars.occurrences import read_feed
from server.calendars.trim import FeedUnreadable

CPU_SECONDS: Final = 20
MEMORY_BYTES: Final = 1 << 30


def read(head: bytes, raw: bytes) -> dict[str, Any]:
    """What is written to standard output."""
    window = json.loads(head)
    since, until = (datetime.fromisoformat(window[name]) for name in ("since", "until"))
    try:
        feed = read_feed(raw, since, until)
    except FeedUnreadable:
        return {"unreadable": True}
    return {"occurrences": [asdict(one) for one in feed.occurrences], "skipped": feed.skipped}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    json.dump(read(sys.stdin.buffer.readline(), sys.stdin.buffer.read()), sys.stdout, default=str)
