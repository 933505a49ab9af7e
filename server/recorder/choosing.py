"""Which adapter serves an address: by the address, or by the page that is found there, as services are known
that anybody may host.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from playwright.async_api import Error, Page

from server.recorder.adapter import Adapter
from server.recorder.adapters.generic import Generic
from server.recorder.adapters.google_meet import GoogleMeet
from server.recorder.adapters.janus import Janus
from server.recorder.adapters.jitsi import Jitsi
from server.recorder.adapters.peer_calls import PeerCalls
from server.recorder.adapters.sber_jazz import SberJazz
from server.recorder.adapters.teams import Teams
from server.recorder.adapters.telemost import Telemost
from server.recorder.adapters.zoom import Zoom

ADAPTERS: Final[tuple[Adapter, ...]] = (
    GoogleMeet(),
    Zoom(),
    Teams(),
    Telemost(),
    SberJazz(),
    Jitsi(),
    Janus(),
    PeerCalls(),
)
"""In this order they are asked."""
ANY: Final = Generic()


def by_address(url: str, adapters: Sequence[Adapter] = ADAPTERS) -> Adapter | None:
    """The one whose address this is."""
    split: SplitResult = urlsplit(url)
    return next((one for one in adapters if one.serves(split)), None)


async def by_page(page: Page, adapters: Sequence[Adapter] = ADAPTERS) -> Adapter | None:
    """The one that knows the loaded page."""
    for one in adapters:
        if one.probe and await _holds(page, one.probe):
            return one
    return None


async def _holds(page: Page, expression: str) -> bool:
    try:
        return await page.evaluate(f"() => Boolean({expression})") is True
    except Error:
        return False
