"""Whom to tell: the kinds of target, read from the `notify` of a meeting or of the workspace. Pure
functions.

In: JSON from anybody. Out: `Notify`, within its bounds, or `ProtocolError` `invalid_field` whose sentence
names the place and shows no value, since a value may be a key. `masked` is what an answer shows of a
target.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from secrets import token_bytes
from typing import Annotated, Any, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from streaming.errors import ProtocolError

REPORT_READY: Final = "meeting.report_ready"
MOST_TARGETS: Final = 20
MOST_ADDRESSES: Final = 50
"""Of one mail target."""
MOST_RECEIVERS: Final = 100
"""Of all targets together, each address counted."""
LONGEST_URL: Final = 2_000

_LOCAL: Final = frozenset(
    {"blink1", "dbus", "file", "gio", "glib", "gnome", "kde", "macosx", "qt", "rsyslog", "syslog", "windows"}
)
"""Schemes that act on the machine on which Steno runs."""
_ELSEWHERE: Final = {"mailto": "email", "mailtos": "email", "http": "webhook", "vapid": "push"}
"""Schemes for which there is a kind of target."""
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([^\s@<>\"\\,;:]{1,253})")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

_KINDS: Final = "must have a `kind` that is email, webhook, chat or push"
_REASONS: Final = {
    "extra_forbidden": "is not known",
    "missing": "is missing",
    "model_type": "must be an object",
    "union_tag_invalid": _KINDS,
    "union_tag_not_found": _KINDS,
}
"""For pydantic's kinds of fault that it does not tell in terms of JSON."""
_SUBJECT = re.compile(r"^(Input|String|List|Data|Value) (?=should )")


def _address(text: str) -> str:
    found = _MAILBOX.fullmatch(text)
    try:
        domain = found[1].encode("idna").decode().lower() if found else ""
    except UnicodeError:
        domain = ""
    if not _DOMAIN.fullmatch(domain):
        raise ValueError("must be a mail address such as ann@example.org")
    return f"{text.rpartition('@')[0]}@{domain}"


def _split(text: str, *schemes: str) -> SplitResult:
    shown = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        url = urlsplit(text)
        sound = url.scheme in schemes and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        sound = False
    if not sound or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError(f"must be a URL that begins with {shown} and names a host")
    if url.username is not None:
        raise ValueError("must name no user and no password; a webhook is signed with its secret")
    return url


def _web(text: str) -> str:
    _split(text, "https", "http")
    return text


def _push_service(text: str) -> str:
    _split(text, "https")
    return text


def _chat(text: str) -> str:
    scheme, colon, rest = text.partition("://")
    if not (colon and rest and text.isprintable() and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,30}", scheme)):
        raise ValueError("must be an Apprise URL such as tgram://key/chat or slack://a/b/c")
    if scheme.lower() in _LOCAL:
        raise ValueError("must not act on the server's own machine")
    if kind := _ELSEWHERE.get(scheme.lower()):
        raise ValueError(f"must be a chat service's; for this there is the kind `{kind}`")
    return text


def _secret(text: str) -> str:
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValueError("must be `whsec_` and the base64 of 24 to 64 bytes")
    return text


def _bytes(size: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != size:
            raise ValueError(f"must be the base64url of {size} bytes")
        return text.rstrip("=")

    return check


Url = Annotated[str, StringConstraints(max_length=LONGEST_URL, strip_whitespace=True)]
Address = Annotated[str, StringConstraints(max_length=320, strip_whitespace=True), AfterValidator(_address)]
Key = Annotated[str, StringConstraints(max_length=200)]
WebUrl = Annotated[Url, AfterValidator(_web)]
Secret = Annotated[Key, AfterValidator(_secret)]


def new_secret() -> str:
    """A secret for a webhook."""
    return f"whsec_{base64.b64encode(token_bytes(32)).decode()}"


def _unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class EmailTarget(_Strict):
    """Mail, to each address apart."""

    kind: Literal["email"] = "email"
    to: Annotated[list[Address], Field(min_length=1, max_length=MOST_ADDRESSES), AfterValidator(_unique)] = (
        Field(description="Addresses; each gets a mail of its own.", examples=[["ann@example.org"]])
    )


class WebhookTarget(_Strict):
    """A signed POST (Standard Webhooks 1.0)."""

    kind: Literal["webhook"] = "webhook"
    url: WebUrl = Field(description="Where to post to.")
    secret: Secret = Field(
        default_factory=new_secret, description="`whsec_…`; one is made where none is given."
    )
    events: Annotated[
        list[Literal["meeting.report_ready"]], Field(min_length=1, max_length=8), AfterValidator(_unique)
    ] = Field([REPORT_READY], description="Which events.")


class ChatTarget(_Strict):
    """A message in a chat."""

    kind: Literal["chat"] = "chat"
    url: Annotated[Url, AfterValidator(_chat)] = Field(
        description="An Apprise URL.", examples=["tgram://token/chat", "slack://a/b/c"]
    )


class PushKeys(_Strict):
    """The keys of a browser's subscription."""

    p256dh: Annotated[Key, AfterValidator(_bytes(65))] = Field(description="Public key, base64url.")
    auth: Annotated[Key, AfterValidator(_bytes(16))] = Field(description="Shared secret, base64url.")


class PushTarget(_Strict):
    """A browser, as `PushSubscription.toJSON()` describes it."""

    kind: Literal["push"] = "push"
    endpoint: Annotated[Url, AfterValidator(_push_service)] = Field(description="Of the push service.")
    keys: PushKeys


Target = Annotated[EmailTarget | WebhookTarget | ChatTarget | PushTarget, Field(discriminator="kind")]


def _few(targets: list[Target]) -> list[Target]:
    receivers = sum(len(one.to) if isinstance(one, EmailTarget) else 1 for one in targets)
    if receivers > MOST_RECEIVERS:
        raise ValueError(f"must name at most {MOST_RECEIVERS} receivers")
    return targets


class Notify(_Strict):
    """Whom to tell when the report is ready."""

    targets: Annotated[list[Target], Field(max_length=MOST_TARGETS), AfterValidator(_few)] = Field(
        [], description="Whom, and how."
    )


_TARGET: Final[TypeAdapter[Target]] = TypeAdapter(Target)


def read_notify(value: object) -> Notify:
    """The targets of a `notify` value; None stands for nobody. Raises `ProtocolError` `invalid_field`."""
    try:
        return Notify.model_validate({} if value is None else value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(["notify", *map(str, first["loc"])])[:100]
        reason = _REASONS.get(first["type"]) or _SUBJECT.sub("", first["msg"].removeprefix("Value error, "))
        sentence = f"The field `{place}` {reason[:1].lower()}{reason[1:]}."
        raise ProtocolError("invalid_field", sentence, status=422) from None


def stored(notify: Notify) -> dict[str, JsonValue]:
    """As JSON, with every secret: what is kept, and is read by `read_notify` as the same."""
    return notify.model_dump(mode="json")


def read_target(value: object) -> Target:
    """One that was stored. Raises pydantic's `ValidationError`."""
    return _TARGET.validate_python(value)


def masked(target: Target, *, secrets: bool = False) -> dict[str, Any]:
    """What an answer shows: mail addresses as they are, of the others no key, no token and no path.
    `secrets`: that of a webhook too, for whoever has just set it."""
    match target:
        case EmailTarget():
            return target.model_dump(mode="json")
        case WebhookTarget():
            shown = {"kind": target.kind, "url": _origin(target.url), "events": list(target.events)}
            return shown | ({"secret": target.secret} if secrets else {})
        case ChatTarget():
            return {"kind": target.kind, "url": f"{target.url.partition('://')[0]}://…"}
        case PushTarget():
            return {"kind": target.kind, "endpoint": _origin(target.endpoint)}


def masked_stored(value: Mapping[str, Any]) -> dict[str, Any]:
    """The same of one that was stored; of one that cannot be read any more, its kind."""
    try:
        return masked(read_target(value))
    except ValidationError:
        return {"kind": str(value.get("kind", ""))}


def _origin(text: str) -> str:
    url = urlsplit(text)
    return f"{url.scheme}://{url.netloc}/" + ("…" if url.path.strip("/") or url.query else "")


def single(notify: Notify) -> list[Target]:
    """Each to be told once and apart: a mail target becomes one of each of its addresses."""
    return [
        one
        for target in notify.targets
        for one in (
            [EmailTarget(to=[address]) for address in target.to]
            if isinstance(target, EmailTarget)
            else [target]
        )
    ]


def digest(target: Target) -> str:
    """The same for the same receiver, whatever its keys: 64 hex digits."""
    match target:
        case EmailTarget():
            whom: Any = [address.lower() for address in target.to]
        case PushTarget():
            whom = target.endpoint
        case _:
            whom = target.url
    return hashlib.sha256(json.dumps([target.kind, whom]).encode()).hexdigest()


def told(value: Mapping[str, Any] | None, *, secrets: bool = False) -> dict[str, Any] | None:
    """The `notify` of a meeting for an answer; one that cannot be read any more shows nothing."""
    if value is None:
        return None
    try:
        return {"targets": [masked(target, secrets=secrets) for target in read_notify(value).targets]}
    except ProtocolError:
        return {"targets": []}
