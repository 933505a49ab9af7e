"""The call behind the operator's page: the whole state of the server at a moment, in one answer.

It is asked every two seconds while somebody looks, so it costs one short transaction. While the database is
away it still tells what this process knows.
"""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from server.http.answers import json_answer
from server.http.catalogue import CATALOGUE
from server.http.models import CheckOut
from server.http.operations import Call
from server.http.services import Services
from server.live.delays import WINDOW_SECONDS
from server.live.overview import Overview, StreamNow
from server.problems import Met
from server.store.operations import Database
from streaming.errors import Overloaded, StoreError
from streaming.load import Level

_MEANINGS: Final = {refusal.code: refusal.meaning for refusal in CATALOGUE}


class NodeOut(BaseModel):
    """A process that shares the database. `this`: the one that answers."""

    id: str
    this: bool
    alive_for: float = Field(description="Seconds for which it is believed to live unless it says so anew.")


class SpreadOut(BaseModel):
    """Delays of captions in seconds; null where there were none."""

    model_config = ConfigDict(from_attributes=True)

    count: int
    median: float | None
    p95: float | None


class DelaysOut(BaseModel):
    """Sound that came after the words' end until they were told."""

    window_seconds: float
    drafts: SpreadOut = Field(description="Captions that may still change.")
    finals: SpreadOut = Field(description="Settled ones; the pause after speech is in it.")


class LoadOut(BaseModel):
    """How much of the machine is used. `late` is how late the model is; above `busy` seconds no new streams
    are taken."""

    level: Level
    late: float
    busy: float
    live: int
    most: int
    waiting: int = Field(description="Windows of audio in the queue of the model.")
    stuck: int = Field(description="Threads of the model that do not come back.")
    failed: int = Field(description="Windows that the model could not hear, since the start.")
    unsaved: int = Field(description="Settled captions that wait for the database.")
    unsaved_seconds: float


class StreamOut(BaseModel):
    """A live stream of this process; nothing of what is said. `age`, `delay` and `backlog` are in seconds."""

    meeting: str
    workspace: str
    key_name: str | None = Field(description="What its key is called; null: the server's own key, or none.")
    age: float
    delay: float | None
    backlog: float
    level: Level
    detached: bool
    background: bool


class ProblemOut(BaseModel):
    """A code that was met: what it means, where, how often, when first and last."""

    code: str
    meaning: str
    where: Literal["stream", "call"]
    count: int
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, met: Met) -> "ProblemOut":
        """With the sentence of the catalogue."""
        meaning = _MEANINGS.get(met.code, "")
        return cls(
            code=met.code,
            meaning=meaning,
            where=met.where,
            count=met.count,
            first_at=met.first_at,
            last_at=met.last_at,
        )


class DatabaseOut(BaseModel):
    """The database; `size` is in bytes."""

    version: str
    size: int


class ServerStateOut(BaseModel):
    """The state of the server. `database` and `nodes` are null while the database does not answer."""

    version: str
    node: str
    started_at: datetime
    checks: list[CheckOut]
    database: DatabaseOut | None
    nodes: list[NodeOut] | None
    load: LoadOut
    delays: DelaysOut
    streams: list[StreamOut]
    problems: list[ProblemOut] = Field(description="The last ones, the newest first.")


async def get_server_state(services: Services, _: Call) -> Response:
    """Of this process, and of the database that it shares."""
    if services.watchpost is None or services.operations is None:
        raise Overloaded("The server is starting.", 2.0, "not_ready")
    seen = services.watchpost.look()
    database = None
    try:
        keys = {one.key for one in seen.streams if one.key is not None}
        database = await services.operations.database(keys)
    except StoreError:
        pass  # The checks say so.
    checks = [CheckOut(name=check.name, ok=check.ok, detail=check.detail) for check in await services.ready()]
    out = _state(seen, database, checks, services.version)
    return json_answer(out)


def _state(seen: Overview, database: Database | None, checks: list[CheckOut], version: str) -> ServerStateOut:
    names = database.keys if database else {}
    streams = [_stream(one, names) for one in seen.streams]
    return ServerStateOut(
        version=version,
        node=seen.node,
        started_at=seen.started_at,
        checks=checks,
        database=DatabaseOut(version=database.version, size=database.size) if database else None,
        nodes=_nodes(seen.node, database) if database else None,
        load=LoadOut(**{name: getattr(seen, name) for name in LoadOut.model_fields}),
        delays=DelaysOut(
            window_seconds=WINDOW_SECONDS,
            drafts=SpreadOut.model_validate(seen.drafts),
            finals=SpreadOut.model_validate(seen.finals),
        ),
        streams=streams,
        problems=[ProblemOut.of(met) for met in seen.problems],
    )


def _stream(one: StreamNow, names: dict[str, str]) -> StreamOut:
    same = ("meeting", "workspace", "age", "delay", "backlog", "level", "detached", "background")
    called = None if one.key is None else names.get(one.key, "")
    return StreamOut(key_name=called, **{name: getattr(one, name) for name in same})


def _nodes(this: str, database: Database) -> list[NodeOut]:
    return [
        NodeOut(id=name, this=name == this, alive_for=round(seconds, 1))
        for name, seconds in database.nodes.items()
    ]
