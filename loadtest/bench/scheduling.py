"""What forming batches costs for a window, by how many wait, beside a plain heap."""

import heapq

import numpy as np

from asr.job import Job
from asr.scheduler import Scheduler
from asr.types import DecodeRequest, Kind
from loadtest.bench.timing import Row, seconds_of, show

WAITING = (1, 16, 64, 256)
BATCH = 16
SILENCE = np.zeros(1, np.float32)


def main() -> None:
    """Print the table."""
    rows = []
    for number in WAITING:
        jobs = [_job(index) for index in range(number)]
        taken = seconds_of(lambda queue=jobs: _schedule(queue), least=0.2) / number  # type: ignore[misc]
        least = seconds_of(lambda queue=jobs: _heap(queue), least=0.2) / number  # type: ignore[misc]
        rows.append(Row(f"{number} waiting", taken, least))
    show("Scheduler", "a window queued and taken", "a heap by deadline, pushed and popped", rows)


def _job(index: int) -> Job:
    kind = Kind.FINAL if index % 4 == 0 else Kind.PARTIAL
    deadline = float(index * 7919 % 256)
    return Job(DecodeRequest(f"u{index}", 0, kind, SILENCE, 0, deadline), index % 2, 0.0)


def _schedule(jobs: list[Job]) -> None:
    scheduler = Scheduler(BATCH)
    for job in jobs:
        scheduler.add(job)
    while scheduler.next_batch():
        pass


def _heap(jobs: list[Job]) -> None:
    heap: list[tuple[float, int]] = []
    for index, job in enumerate(jobs):
        heapq.heappush(heap, (job.request.deadline, index))
    while heap:
        heapq.heappop(heap)


if __name__ == "__main__":
    main()
