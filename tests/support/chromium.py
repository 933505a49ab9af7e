"""The installed Chromium, and how it is started so that it asks nobody for anything."""

import shutil

QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def found() -> str | None:
    """Its path."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
