"""Targets are read within their bounds; what is wrong is told in one sentence, and no key is ever shown."""

import base64
from typing import Any

import pytest

from server.notify.targets import (
    MOST_TARGETS,
    digest,
    masked,
    read_notify,
    single,
    stored,
    told,
)
from streaming.errors import ProtocolError

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
POINT = base64.urlsafe_b64encode(b"\x04" + bytes(64)).rstrip(b"=").decode()
AUTH = base64.urlsafe_b64encode(bytes(16)).rstrip(b"=").decode()
MAIL = {"kind": "email", "to": ["Ann@Example.org", "ivan@почта.рф"]}
HOOK = {"kind": "webhook", "url": "https://hooks.example/a/token?key=1", "secret": SECRET}
CHAT = {"kind": "chat", "url": "tgram://123:token/chat"}
PUSH = {"kind": "push", "endpoint": "https://push.example/x/token", "keys": {"p256dh": POINT, "auth": AUTH}}
ALL = {"targets": [MAIL, HOOK, CHAT, PUSH]}


def test_every_kind_is_read_and_stays_the_same_when_it_was_stored() -> None:
    read = read_notify(ALL)
    assert [target.kind for target in read.targets] == ["email", "webhook", "chat", "push"]
    assert read_notify(stored(read)) == read
    assert read_notify(None).targets == []
    assert read_notify({}).targets == []


def test_a_webhook_without_a_secret_gets_one_of_its_own() -> None:
    one, other = (
        stored(read_notify({"targets": [{"kind": "webhook", "url": "https://h.example/"}]})) for _ in "12"
    )
    assert one != other
    assert read_notify(one) == read_notify(one)


def test_an_address_of_an_international_domain_is_kept_as_mail_servers_take_it() -> None:
    assert stored(read_notify({"targets": [MAIL]}))["targets"] == [
        {"kind": "email", "to": ["Ann@example.org", "ivan@xn--80a1acny.xn--p1ai"]}
    ]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (3, "The field `notify` must be an object."),
        ({"email": ["a@example.org"]}, "The field `notify.email` is not known."),
        (
            {"targets": [{}]},
            "The field `notify.targets.0` must have a `kind` that is email, webhook, chat or push.",
        ),
        ({"targets": [MAIL] * (MOST_TARGETS + 1)}, "The field `notify.targets` should have at most 20 items"),
        (
            {"targets": [{"kind": "email", "to": []}]},
            "The field `notify.targets.0.email.to` should have at least 1",
        ),
        (
            {"targets": [{"kind": "email", "to": ["ann"]}]},
            "`notify.targets.0.email.to.0` must be a mail address",
        ),
        ({"targets": [{"kind": "email", "to": ["a@b.c\r\nBcc: d@e.f"]}]}, "must be a mail address"),
        ({"targets": [{"kind": "email", "to": ["Ann <a@b.c>"]}]}, "must be a mail address"),
        (
            {"targets": [HOOK | {"url": "ftp://h.example"}]},
            "must be a URL that begins with https:// or http://",
        ),
        ({"targets": [HOOK | {"url": "https:///x"}]}, "must be a URL"),
        ({"targets": [HOOK | {"url": "https://h:99999/x"}]}, "must be a URL"),
        ({"targets": [HOOK | {"url": "https://a.example\\@b.example/"}]}, "must be a URL"),
        ({"targets": [HOOK | {"url": "https://u:p@h.example/"}]}, "must name no user and no password"),
        (
            {"targets": [HOOK | {"url": "https://h.example/" + "x" * 2000}]},
            "should have at most 2000 characters",
        ),
        (
            {"targets": [HOOK | {"secret": "whsec_c2hvcnQ="}]},
            "must be `whsec_` and the base64 of 24 to 64 bytes",
        ),
        ({"targets": [HOOK | {"secret": SECRET[6:]}]}, "must be `whsec_`"),
        ({"targets": [HOOK | {"events": ["meeting.lost"]}]}, "should be 'meeting.report_ready'"),
        ({"targets": [{"kind": "chat", "url": "no url"}]}, "must be an Apprise URL"),
        ({"targets": [{"kind": "chat", "url": "DBUS://x"}]}, "must not act on the server's own machine"),
        ({"targets": [{"kind": "chat", "url": "mailto://u:p@h"}]}, "for this there is the kind `email`"),
        ({"targets": [PUSH | {"endpoint": "http://push.example/"}]}, "begins with https:// and"),
        ({"targets": [PUSH | {"keys": {"p256dh": AUTH, "auth": AUTH}}]}, "must be the base64url of 65 bytes"),
        ({"targets": [PUSH | {"keys": {"p256dh": POINT}}]}, "`notify.targets.0.push.keys.auth` is missing."),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence_without_the_value(value: Any, sentence: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read_notify(value)
    assert (caught.value.code, caught.value.status) == ("invalid_field", 422)
    assert sentence in caught.value.message
    assert caught.value.message.startswith("The field `notify")
    assert caught.value.message.endswith(".")
    for secret in ("token", "c2hvcnQ", SECRET[6:], "p@h"):
        assert secret not in caught.value.message


def test_an_answer_shows_whom_but_no_key_and_no_token() -> None:
    shown = [masked(target) for target in read_notify(ALL).targets]
    assert shown == [
        {"kind": "email", "to": ["Ann@example.org", "ivan@xn--80a1acny.xn--p1ai"]},
        {"kind": "webhook", "url": "https://hooks.example/…", "events": ["meeting.report_ready"]},
        {"kind": "chat", "url": "tgram://…"},
        {"kind": "push", "endpoint": "https://push.example/…"},
    ]
    assert told(ALL) == {"targets": shown}
    assert told(None) is None
    assert told({"email": ["of an older form"]}) == {"targets": []}


def test_each_address_is_told_apart() -> None:
    assert [masked(target) for target in single(read_notify({"targets": [MAIL]}))] == [
        {"kind": "email", "to": ["Ann@example.org"]},
        {"kind": "email", "to": ["ivan@xn--80a1acny.xn--p1ai"]},
    ]


def test_a_digest_is_of_the_receiver_and_not_of_its_keys() -> None:
    other_keys = {"targets": [MAIL, HOOK | {"secret": "whsec_" + "A" * 32}, CHAT, PUSH]}
    first, second = ([digest(one) for one in single(read_notify(value))] for value in (ALL, other_keys))
    assert first == second
    assert len(set(first)) == 5
    assert (
        digest(read_notify({"targets": [{"kind": "email", "to": ["ann@example.org"]}]}).targets[0])
        == first[0]
    )
