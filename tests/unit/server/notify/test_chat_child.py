"""What the watch on the sending process refuses: programs, the server's files, and addresses that are not
public."""

import os
import sys
from pathlib import Path

import pytest

from server.notify import chat_child
from server.notify.chat import defused
from server.notify.chat_child import Watch

ROOT = Path(chat_child.__file__).parents[2]


@pytest.mark.parametrize(
    ("event", "given"),
    [
        ("subprocess.Popen", ("osascript",)),
        ("os.system", ("ls",)),
        ("os.posix_spawn", ("ls",)),
        ("syslog.openlog", ("x",)),
        ("open", ("/etc/passwd", "r")),
        ("open", (str(ROOT / "data" / "key.pem"), "r")),
        ("open", (str(ROOT / "server" / ".." / ".env"), "r")),
        ("open", (os.fsencode("/etc/passwd"), "r")),
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("socket.connect", (None, ("::1", 80, 0, 0))),
        ("socket.connect", (None, "/run/dbus/system_bus_socket")),
        ("socket.sendto", (None, ("10.0.0.1", 514))),
    ],
)
def test_it_is_refused_and_remembered(event: str, given: tuple[object, ...]) -> None:
    watch = Watch(allow_private=False)
    with pytest.raises(PermissionError):
        watch(event, given)
    assert watch.refused


@pytest.mark.parametrize(
    ("event", "given"),
    [
        ("socket.connect", (None, ("1.1.1.1", 443))),
        ("socket.bind", (None, ("", 0))),
        ("open", (os.__file__, "r")),
        ("open", (pytest.__file__, "r")),
        ("open", (str(ROOT / "server" / "notify" / "chat.py"), "r")),
        ("open", (7, "r")),
        ("import", ("json",)),
    ],
)
def test_what_sending_needs_is_let_through(event: str, given: tuple[object, ...]) -> None:
    watch = Watch(allow_private=False)
    watch(event, given)
    assert watch.refused is None


def test_private_addresses_are_let_through_where_that_is_allowed() -> None:
    watch = Watch(allow_private=True)
    watch("socket.connect", (None, ("127.0.0.1", 80)))
    with pytest.raises(PermissionError):
        watch("socket.connect", (None, ("169.254.169.254", 80)))


def test_nobody_is_called_by_what_was_said() -> None:
    for call in ("@everyone", "<!channel>", "<@U123>", "@here"):
        assert call not in defused(f"He said {call} loudly")
    assert defused("No call: a < b").replace("\u200b", "") == "No call: a < b"


def test_the_process_runs_the_python_of_the_server() -> None:
    assert Path(sys.executable).exists()
