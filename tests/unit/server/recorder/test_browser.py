"""What is left of a browser is ended."""

import subprocess
import sys

import psutil

from server.recorder.browser import end

WAITS = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def test_a_process_that_has_ended_by_itself_keeps_none_of_the_others() -> None:
    gone, left = (subprocess.Popen(WAITS, stdin=subprocess.PIPE) for _ in range(2))
    known = [psutil.Process(gone.pid), psutil.Process(left.pid)]
    gone.communicate()
    try:
        end(known)
        assert left.wait(10) != 0
    finally:
        left.kill()
        left.communicate()
