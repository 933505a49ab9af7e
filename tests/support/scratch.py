"""Where the tests keep what goes with them: databases, data folders of servers and profiles of browsers.

They are made and removed by the thousand, of hundreds of small files each. To copy the database takes 0.31 s
on a disk, most of it processor time in the file system (ext4), and 0.02 s in memory.
"""

import os
import shutil
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - the file system in memory itself
ROOM = 6 << 30
"""Bytes that must be free there; a container's own often has 64 MB."""


def keep_in_memory() -> None:
    """Put temporary files of this process, and of all that it starts, into memory where there is room.

    What pytest gives tests to write to stays on the disk, since it is looked at after a failure.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    folder = tempfile.mkdtemp(prefix="st", dir=MEMORY)
    # Last of all: `multiprocessing` keeps a folder of its own there, which goes at -100.
    Finalize(None, shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, exitpriority=-200)
    # PostgreSQL is another user where the tests run as root.
    Path(folder).chmod(0o711)
    os.environ["TMPDIR"] = tempfile.tempdir = folder
