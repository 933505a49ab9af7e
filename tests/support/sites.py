"""A folder of files, served to browsers on this machine."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any


class Files(http.server.SimpleHTTPRequestHandler):
    """Without a line for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def pages(folder: Path, handler: Callable[..., Any] = Files) -> Iterator[str]:
    """Serve a folder, by a handler that is told which; its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
