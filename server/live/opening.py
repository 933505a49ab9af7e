"""Making the stored side of a new session: the meeting, the row, and what must be right before either."""

import secrets
from dataclasses import dataclass, replace

from server.access.access import Access
from server.access.keys import hash_of
from server.live.services import LiveServices
from server.store.records import Lease, Meeting, NewMeeting, NewSession, Session
from streaming import pcm
from streaming.commands import Encoding, Start
from streaming.errors import Close, NotFound, ProtocolError
from streaming.progress import start_as_json


@dataclass(frozen=True, slots=True)
class Opened:
    """A session as it stands in the store; `token` is None when it cannot be resumed."""

    start: Start
    session: Session
    token: str | None
    workspace: str


async def open_stored(
    services: LiveServices,
    start: Start,
    lease: Lease,
    access: Access,
    *,
    resumable: bool,
    ago: float = 0.0,
) -> Opened:
    """Store a new session, in a meeting of its own unless `start` names one; that fills what was left open.
    A token opens sessions in its own meeting. Its audio began `ago` seconds before now.

    Raises `ProtocolError` for a stream that cannot be served, `StoreError`.
    """
    _check_format(start)
    meeting = await _meeting(services, start, access)
    start = replace(
        start,
        languages=start.languages or meeting.languages,
        hotwords=start.hotwords or meeting.hotwords,
        stability=start.stability or meeting.stability,
        record=start.record or meeting.record,
    )
    # A container cannot be taken up in its midst: what would be sent again has no header.
    resumable = resumable and start.audio.encoding is not Encoding.AUTO
    token = secrets.token_urlsafe(24) if resumable else None
    session = await services.store.open_session(meeting.id, _new_session(start, token, access), lease, ago)
    services.hub.open(meeting.id, meeting.last_seq, meeting.speakers)
    return Opened(start, session, token, meeting.workspace)


async def _meeting(services: LiveServices, start: Start, access: Access) -> Meeting:
    """The one that is named, else a new one, in languages that the model knows."""
    name = start.meeting or access.meeting
    if name is None:
        check_languages(start.languages, services.languages())
        return await services.store.create_meeting(_new_meeting(start), access.workspace)
    found = await services.store.meeting(name)
    if found is None or not access.sees(found.workspace, found.id):
        raise NotFound("meeting_not_found", f"There is no meeting {name!r}.")
    check_languages(start.languages or found.languages, services.languages())
    return found


def check_languages(asked: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Refuse languages that the model does not know. Raises `ProtocolError` `language_not_supported`."""
    unknown = [language for language in asked if language not in known]
    if unknown:
        few = ", ".join(known) if len(known) < 10 else "99 languages, among them en and ru"
        raise ProtocolError(
            "language_not_supported",
            f"The speech model does not know the language {unknown[0]!r}; it knows {few}.",
            Close.NOT_ALLOWED,
        )


def _check_format(start: Start) -> None:
    """Refuse a format before anything is stored for it."""
    if start.audio.encoding is not Encoding.AUTO:
        pcm.validate(start.audio)


def _new_meeting(start: Start) -> NewMeeting:
    return NewMeeting(
        title=start.title,
        languages=start.languages,
        template=start.template,
        stability=start.stability or "stable",
        hotwords=start.hotwords,
        record=start.record,
    )


def _new_session(start: Start, token: str | None, access: Access) -> NewSession:
    auto = start.audio.encoding is Encoding.AUTO
    return NewSession(
        id=f"ses_{secrets.token_hex(10)}",
        encoding=start.audio.encoding,
        sample_rate=None if auto else start.audio.sample_rate,
        channels=None if auto else start.audio.channels,
        speaker=start.speaker,
        track=start.track,
        options=None if token is None else start_as_json(start),
        token_hash=None if token is None else hash_of(token),
        key_id=access.key,
    )
