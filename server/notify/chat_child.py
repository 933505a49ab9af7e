"""The process that sends one message to a chat through Apprise, and is watched while it does.

In, on standard input: JSON with `url`, `title`, `body`, `allow_private`. Out, on standard output: JSON with
`outcome` and `why`. Apprise speaks to some 150 services, of which some call programs or read files that their
URL names. So a hook of the interpreter refuses programs, files outside of Python's own, and connections to
addresses that are not public, at the very moment of connecting. The process ends with the message.
"""

import json
import mimetypes
import os
import sys
import sysconfig
from pathlib import Path
from typing import Any, Final

from server.guarded.addresses import refusal
from server.notify.outcome import PASSING

_PROGRAMS: Final = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "syslog.")
_CONNECTS: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})


def _python_files() -> set[str]:
    """Folders of code. Of the folder that holds this package, in which the server's data may lie, this
    package."""
    package = Path(__file__).resolve().parents[1]
    found = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return {str(package)} | (found | set(sys.path[1:])) - {str(package.parent), ""}


class Watch:
    """What the hook has refused, and whether it refuses already."""

    def __init__(self, allow_private: bool) -> None:
        self.refused: str | None = None
        self._allow_private = allow_private
        self._own = tuple(os.path.realpath(path) + os.sep for path in _python_files())

    def __call__(self, event: str, given: tuple[Any, ...]) -> None:
        """The hook. Raises `PermissionError`."""
        if event == "open":
            why = self._file(given[0])
        elif event in _CONNECTS:
            why = self._address(given[1])
        else:
            why = "It wants to run a program." if event.startswith(_PROGRAMS) else None
        if why is not None:
            self.refused = self.refused or why
            raise PermissionError(why)

    def _file(self, path: object) -> str | None:
        if isinstance(path, int) or str(path) == os.devnull:
            return None
        where = os.path.realpath(os.fsdecode(path) if isinstance(path, str | bytes) else str(path))
        sound = where.startswith(self._own) or where in mimetypes.knownfiles
        return None if sound else "It wants a file of the server."

    def _address(self, address: object) -> str | None:
        if not (isinstance(address, tuple) and address and isinstance(address[0], str)):
            return "It leads to this machine."
        if address[0] in {"", "::", "0.0.0.0"} and len(address) > 1 and address[1] == 0:  # noqa: S104
            return None  # Bound to no port and no address: what a connection begins with.
        why = refusal(address[0], allow_private=self._allow_private)
        return None if why is None else f"It leads to {address[0]}, which {why}."


class Heard:
    """What the services answered, by patching how `requests` sends, in this process alone."""

    def __init__(self) -> None:
        import requests  # noqa: PLC0415 (only this process needs it)

        self.statuses: list[int] = []
        self.unclear = False
        send = requests.Session.send
        before = (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL)

        def heard(session: requests.Session, request: Any, **options: Any) -> Any:
            try:
                response = send(session, request, **options)
            except before:
                raise
            except requests.exceptions.RequestException as error:
                self.unclear = self.unclear or not _never_connected(error)
                raise
            self.statuses.append(response.status_code)
            return response

        requests.Session.send = heard  # type: ignore[method-assign, assignment]


def _never_connected(error: BaseException) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "SSLError"}


def send(task: dict[str, Any]) -> tuple[str, str]:
    """The outcome's name, and why."""
    from apprise import Apprise, AppriseAsset, NotifyFormat  # noqa: PLC0415 (only this process needs it)

    watch, heard = Watch(task["allow_private"]), Heard()
    asset = AppriseAsset(storage_mode="memory", async_mode=False, http_redirects=False, app_id="Steno")
    sys.addaudithook(watch)
    service = Apprise.instantiate(task["url"], asset=asset)
    if service is None:
        return "refused", watch.refused or "No chat service can be made of the URL."
    all_of_it = Apprise(asset=asset)
    all_of_it.add(service)
    if all_of_it.notify(body=task["body"], title=task["title"], body_format=NotifyFormat.TEXT):
        return "sent", ""
    if watch.refused:
        return "refused", watch.refused
    return _failed(heard, len(service))


def _failed(heard: Heard, receivers: int) -> tuple[str, str]:
    """What to make of a failure: only what surely told nobody may be tried again."""
    last = heard.statuses[-1] if heard.statuses else None
    if receivers > 1 and any(200 <= status < 300 for status in heard.statuses):
        return "unknown", "The chat service took it for some of its receivers only."
    if heard.unclear:
        return "unknown", "The connection to the chat service broke before its answer."
    if last is not None and 300 <= last < 500 and last not in PASSING:
        return "refused", f"The chat service answered {last}."
    return "later", f"The chat service answered {last}." if last else "The chat service cannot be reached."


if __name__ == "__main__":
    outcome, why = send(json.load(sys.stdin))
    json.dump({"outcome": outcome, "why": why}, sys.stdout)
