"""The calls on each of those whom a workspace tells of every meeting: added, exchanged, taken away, tried.

A target is named by what it is: the same receiver has the same id, whatever its keys. What an answer shows of
it has no key and no token; the secret of a webhook is shown by the call that sets it, and by no other.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field, JsonValue
from starlette.responses import Response

from server.http.answers import json_answer
from server.http.notifications import FailureOut
from server.http.operations import Call
from server.http.services import Services
from server.notify.targets import Notify, Target, digest, masked, read_notify, single, stored
from server.notify.trial import Trial
from streaming.errors import NotFound, Overloaded, ProtocolError

Changed = Callable[[list[Target]], list[Target]]


class TargetBody(BaseModel):
    """Whom to tell, and how."""

    target: Target


class TargetOut(BaseModel):
    """One whom the workspace tells of every meeting."""

    id: str
    target: dict[str, JsonValue] = Field(description="Whom; keys and tokens are left out.")

    @classmethod
    def of(cls, target: Target, *, secrets: bool = False) -> "TargetOut":
        """With its secret, for whoever has just set it."""
        return cls(id=name_of(target), target=masked(target, secrets=secrets))


class TargetsOut(BaseModel):
    """All of them; a workspace has a few at the most."""

    data: list[TargetOut]


class TrialOut(BaseModel):
    """What became of a message that was sent to try a target."""

    sent: bool
    error: FailureOut | None = Field(description="Why it was not sent, or may not have arrived.")


def name_of(target: Target) -> str:
    """The id of a target."""
    return f"tgt_{digest(target)[:24]}"


def target_not_found() -> NotFound:
    """The error for an id that no target has, or has any more."""
    return NotFound("target_not_found", "Nobody whom the workspace tells has this id.")


async def list_targets(services: Services, call: Call) -> Response:
    """The workspace's, in the order in which they were added."""
    targets = await _targets(services, call.workspace)
    out = TargetsOut(data=[TargetOut.of(one) for one in targets])
    return json_answer(out)


async def add_target(services: Services, call: Call) -> Response:
    """201; one who is told already is exchanged."""
    body: TargetBody = call.body
    name = name_of(body.target)
    await _change(services, call, lambda known: [*_without(known, name), body.target])
    return _told(body.target, 201)


async def exchange_target(services: Services, call: Call) -> Response:
    """The new one, which has another id if it is another receiver."""
    body: TargetBody = call.body
    former, name = call.named("target_id", target_not_found()), name_of(body.target)

    def exchanged(known: list[Target]) -> list[Target]:
        _found(known, former)
        others = _without(known, name) if name != former else known
        return [body.target if name_of(one) == former else one for one in others]

    await _change(services, call, exchanged)
    return _told(body.target, 200)


async def remove_target(services: Services, call: Call) -> Response:
    """204."""
    name = call.named("target_id", target_not_found())

    def removed(known: list[Target]) -> list[Target]:
        _found(known, name)
        return _without(known, name)

    await _change(services, call, removed)
    return Response(status_code=204)


async def try_target(services: Services, call: Call) -> Response:
    """Send it a message that says it is a test, now and once."""
    if services.trial is None:
        raise Overloaded("Nobody is told anything from here.", 5.0, "not_ready")
    targets = await _targets(services, call.workspace)
    target = _found(targets, call.named("target_id", target_not_found()))
    return json_answer(await _tried(services.trial, call.workspace, target))


async def _tried(trial: Trial, workspace: str, target: Target) -> TrialOut:
    for one in single(Notify(targets=[target])):
        settled = await trial(workspace, one)
        if settled.state != "sent":
            return TrialOut(sent=False, error=FailureOut.of(settled.code, settled.sentence))
    return TrialOut(sent=True, error=None)


async def _targets(services: Services, workspace: str) -> list[Target]:
    settings = await services.notifications.notification_settings(workspace)
    return _readable(settings.notify)


def _readable(value: Mapping[str, Any] | None) -> list[Target]:
    """The stored targets; none where they cannot be read any more."""
    try:
        return list(read_notify(value).targets)
    except ProtocolError:
        return []


async def _change(services: Services, call: Call, changed: Changed) -> None:
    """Raises `ProtocolError` `invalid_field` where there would be too many."""

    def change(value: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], Sequence[str]]:
        known = _readable(value)
        notify = read_notify({"targets": [one.model_dump(mode="json") for one in changed(known)]})
        new = [one for one in notify.targets if one not in known]
        return stored(notify), [digest(one) for one in single(Notify(targets=new))]

    await services.notifications.change_notifications(call.workspace, change)


def _found(targets: Sequence[Target], name: str) -> Target:
    for one in targets:
        if name_of(one) == name:
            return one
    raise target_not_found()


def _without(targets: Sequence[Target], name: str) -> list[Target]:
    return [one for one in targets if name_of(one) != name]


def _told(target: Target, status: int) -> Response:
    return json_answer(TargetOut.of(target, secrets=True), status)
