"""An address has one way of writing, and some are no place for a bot."""

import pytest

from server.recorder.job import capacity
from server.recorder.sending import place
from streaming.errors import ProtocolError


@pytest.mark.parametrize(
    "url",
    [
        "https://meet.example/Room?pwd=a#x",
        "HTTPS://MEET.example:443/Room/?pwd=a#x",
        "https://meet.example./Room?pwd=a#x",
    ],
)
def test_an_address_has_one_way_of_writing(url: str) -> None:
    assert place(url) == "https://meet.example/Room?pwd=a#x"


def test_other_rooms_are_other_places() -> None:
    one, two = "https://meet.example/room", "https://meet.example/Room"
    assert len({place(one), place(two), place(f"{one}?pwd=1"), place(f"{one}#1"), place("http://a.b/")}) == 5


@pytest.mark.parametrize(
    "url",
    [
        "meet.example",
        "javascript:alert(1)",
        "http://127.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://printer.local/",
        "http://a.localhost/",
        "https://me:secret@meet.example/",
        "http://[",
    ],
)
def test_what_is_no_place_for_a_bot_is_refused(url: str) -> None:
    with pytest.raises(ProtocolError, match="meeting_url_refused"):
        place(url)


def test_private_places_may_be_allowed() -> None:
    assert place("http://127.0.0.1:8443/room/", allow_private=True) == "http://127.0.0.1:8443/room"


def test_a_machine_sends_as_many_bots_as_it_has_room_for() -> None:
    gigabyte = 1 << 30
    assert [capacity(2, 24 * gigabyte), capacity(16, 8 * gigabyte), capacity(1, gigabyte // 2)] == [4, 8, 1]
