"""Sending a bot: what may be asked of one, checked, and put into the store. Where it is asked from is the
caller's affair: the HTTP calls, a calendar.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from server.guarded.addresses import refusal
from server.recorder.course import LeaveWhen
from server.store.bot_records import Bot, NewBot
from server.store.postgres_bots import PostgresBots
from server.store.records import NewMeeting
from streaming.errors import Close, ProtocolError

DEFAULT_NAME: Final = "Steno"
_PORTS: Final = {"http": 80, "https": 443}
_LOCAL: Final = ("localhost", ".localhost", ".local", ".internal")


@dataclass(frozen=True, slots=True)
class Capture:
    """What a bot keeps of what it sees: the text and the images of the meeting's page, and what is shared in
    the meeting, as pictures."""

    page: bool = False
    slides: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A bot that somebody wants: where to, under which name, from when on (None: now), until when, into which
    meeting: `meeting_id`, or a new one made of `meeting`, and what it keeps of what it sees."""

    meeting_url: str
    name: str = DEFAULT_NAME
    join_at: datetime | None = None
    leave_when: LeaveWhen = field(default_factory=LeaveWhen)
    meeting: NewMeeting = field(default_factory=NewMeeting)
    meeting_id: str | None = None
    capture: Capture = field(default_factory=Capture)


class Sending:
    """Sends bots; with `allow_private`, also into private networks. `records` are those that were sent."""

    def __init__(self, records: PostgresBots, *, allow_private: bool = False) -> None:
        self.records = records
        self._allow_private = allow_private

    async def send(self, workspace: str, order: Order, *, key: str | None = None) -> Bot:
        """Send one. Raises `ProtocolError` `meeting_url_refused` or `bot_already_there`, `NotFound`,
        `StoreError`."""
        new = NewBot(
            id=f"bot_{secrets.token_hex(10)}",
            meeting_id=order.meeting_id or "",
            workspace_id=workspace,
            meeting_url=order.meeting_url,
            place=place(order.meeting_url, allow_private=self._allow_private),
            name=order.name or DEFAULT_NAME,
            leave_when=asdict(order.leave_when),
            join_at=order.join_at,
            key_id=key,
            capture=asdict(order.capture),
        )
        return await self.records.add(new, order.meeting if order.meeting_id is None else None)

    async def leave(self, workspace: str, bot_id: str) -> Bot:
        """Have one leave; one that has not joined yet never will. Raises `NotFound`, `StoreError`."""
        return await self.records.leave(workspace, bot_id)


def place(url: str, *, allow_private: bool = False) -> str:
    """One way of writing an address, by which two bots in one meeting are found. Raises `ProtocolError`
    `meeting_url_refused` for what is no address of a page out there; where a name leads is seen when the bot
    goes there."""
    try:
        split = urlsplit(url)
        host, port = (split.hostname or "").rstrip("."), split.port
    except ValueError:
        raise _refused("cannot be read") from None
    if split.scheme not in _PORTS or not host:
        raise _refused("must begin with https:// or http:// and name a host")
    if split.username is not None or split.password is not None:
        raise _refused("must not hold a user's name or password")
    if not allow_private and (host.endswith(_LOCAL) or _private(host)):
        raise _refused("leads into this machine or a private network")
    named = f"[{host}]" if ":" in host else host
    if port not in {None, _PORTS[split.scheme]}:
        named += f":{port}"
    query = f"?{split.query}" if split.query else ""
    fragment = f"#{split.fragment}" if split.fragment else ""
    return f"{split.scheme}://{named}{split.path.rstrip('/')}{query}{fragment}"


def rules(given: Mapping[str, Any]) -> LeaveWhen:
    """What is stored of `LeaveWhen`."""
    return LeaveWhen(**{one.name: given[one.name] for one in fields(LeaveWhen) if one.name in given})


def captured(given: Mapping[str, Any]) -> Capture:
    """What is stored of `Capture`."""
    return Capture(**{one.name: given.get(one.name) is True for one in fields(Capture)})


def _private(host: str) -> bool:
    why = refusal(host)
    return why is not None and why != "is no address"


def _refused(why: str) -> ProtocolError:
    return ProtocolError("meeting_url_refused", f"The meeting's address {why}.", Close.NOT_ALLOWED, 400)
