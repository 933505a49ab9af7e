"""A meeting that is spoken by the test, for widgets in a real browser: the real routes, guard and hub over a
store in memory, behind a network that can be cut, and pages of another origin.

In: what is said. Out: the addresses, on a thread of its own.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from server.access.access import DEFAULT
from server.access.door import ENVIRONMENT
from server.access.tokens import Claims, issue
from server.http.guard import now
from server.live.hub import Hub
from server.store.records import NewMeeting, NewSession, StoredSegment
from streaming.events import Caption, Gap, Speech
from streaming.segments import Coverage, Segment
from tests.browser.conftest import PATIENCE_MS
from tests.browser.meeting_site import KEY, application
from tests.fakes.access import SECRET
from tests.fakes.store import MemoryStore
from tests.faults.proxy import Proxy
from tests.support.aside import Aside, aside
from tests.support.server import running


@dataclass
class Parts:
    """What runs on the other thread."""

    store: MemoryStore
    hub: Hub
    proxy: Proxy
    bodies: list[str] = field(default_factory=lambda: [""])
    url: str = ""
    open: str = ""
    elsewhere: str = ""


@dataclass
class CaptionSite:
    """`url` asks for `KEY` and can be cut off; `open` serves the same without a key; `elsewhere` is a page of
    another origin, under a strict policy, with the body that `embed` was given."""

    aside: Aside[Parts]

    @property
    def url(self) -> str:
        """The server that asks for the key."""
        return self.aside.value.url

    @property
    def open(self) -> str:
        """The server that serves only pages of its own."""
        return self.aside.value.open

    def meeting(self) -> str:
        """A live meeting with one session."""
        return self.aside.run(self._meeting())

    async def _meeting(self) -> str:
        parts = self.aside.value
        meeting = await parts.store.create_meeting(NewMeeting())
        await parts.store.open_session(meeting.id, NewSession(f"s-{meeting.id}", "pcm_s16le", 16_000, 1))
        parts.hub.open(meeting.id, 0)
        return meeting.id

    def token(self, meeting: str, origins: tuple[str, ...] = (), *, seconds: float = 600) -> str:
        """A token that lets watch a meeting on pages of these origins."""
        made = now()
        ends = made + timedelta(seconds=seconds)
        claims = Claims(DEFAULT, meeting, "view", ENVIRONMENT, made - timedelta(hours=1), ends, origins)
        return issue(claims, SECRET)

    def embed(self, body: str) -> str:
        """The address of a page elsewhere with this body."""
        self.aside.value.bodies[0] = body
        return self.aside.value.elsewhere

    def widget(self, meeting: str, token: str = KEY, attributes: str = "") -> str:
        """The address of a page elsewhere with nothing but a widget."""
        return self.embed(f'{self.script()}<steno-captions meeting="{meeting}" token="{token}" {attributes}>')

    def script(self, query: str = "") -> str:
        """The one tag that a page needs."""
        return f'<script type="module" src="{self.url}/static/widget.js{query}"></script>'

    def say(
        self,
        meeting: str,
        name: str,
        text: str,
        *,
        start: float = 0.0,
        pending: str = "",
        final: bool = True,
        speaker: str | None = None,
    ) -> None:
        """One caption; a final is stored as well."""
        segment = Segment(name, start, start + 0.9, text, "en", speaker=speaker)
        self.aside.run(self._say(meeting, Caption(0, segment, pending, final)))

    async def _say(self, meeting: str, caption: Caption) -> None:
        seq = self.aside.value.hub.publish(meeting, caption)
        if caption.final:
            session = f"s-{meeting}"
            stored = StoredSegment(caption.segment, session, seq)
            await self.aside.value.store.save(session, [stored], position=0, coverage=Coverage())

    def history(self, meeting: str, texts: list[str]) -> None:
        """Finals of the past, a line every three seconds by one of two speakers."""
        session = f"s-{meeting}"
        stored = [
            StoredSegment(
                Segment(
                    f"h{at:05}", 3.0 * at, 3.0 * at + 2, text, "en", speaker=("Anna", "Boris")[at // 3 % 2]
                ),
                session,
                at + 1,
            )
            for at, text in enumerate(texts)
        ]
        save = self.aside.value.store.save
        self.aside.run(save(session, stored, position=0, coverage=Coverage()))
        self.aside.run(self._count_on(meeting, len(texts)))

    async def _count_on(self, meeting: str, seq: int) -> None:
        hub = self.aside.value.hub
        hub.leave(meeting)
        hub.open(meeting, seq)

    def tell(self, meeting: str, event: Speech | Gap) -> None:
        """Any other event."""
        self.aside.run(self._tell(meeting, event))

    async def _tell(self, meeting: str, event: Speech | Gap) -> None:
        self.aside.value.hub.publish(meeting, event)

    def end(self, meeting: str) -> None:
        """The session and the meeting end."""
        self.aside.run(self._end(meeting))

    async def _end(self, meeting: str) -> None:
        store = self.aside.value.store
        await store.close_session(f"s-{meeting}", [], position=0, duration=9.0, coverage=Coverage())
        self.aside.value.hub.end(meeting)

    def viewers(self) -> int:
        """How many watch."""
        return self.aside.run(self._viewers())

    async def _viewers(self) -> int:
        return self.aside.value.hub.statistics()["viewers"]

    def cut(self, refusing: bool) -> None:
        """Reset what is open; whether new connections are reset too."""
        self.aside.run(self._cut(refusing))

    async def _cut(self, refusing: bool) -> None:
        proxy = self.aside.value.proxy
        proxy.weather.refusing = refusing
        if refusing:
            proxy.cut()


def page_elsewhere(bodies: list[str], *servers: str) -> Starlette:
    """A site whose page has the newest body, and may use these servers and nothing else."""
    ours = " ".join((*servers, *(one.replace("http", "ws", 1) for one in servers)))
    policy = f"default-src 'none'; script-src {ours}; connect-src {ours}; frame-src {ours}; base-uri 'none'"

    async def page(request: Request) -> Response:
        if request.url.path != "/":
            return Response(status_code=204)
        head = '<!doctype html><html lang="en"><title>Elsewhere</title>'
        body = f"{head}<main><h1>Elsewhere</h1>{bodies[-1]}</main></html>"
        return HTMLResponse(body, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    return Starlette(routes=[Route("/{path:path}", page)])


@asynccontextmanager
async def _parts() -> AsyncIterator[Parts]:
    store = MemoryStore()
    hub = Hub(store)
    async with (
        running(application(store, hub, KEY)) as locked,
        running(application(store, hub, None)) as free,
        Proxy("127.0.0.1", urlsplit(locked).port or 0) as proxy,
    ):
        parts = Parts(store, hub, proxy, url=f"http://127.0.0.1:{proxy.listening}", open=free)
        async with running(page_elsewhere(parts.bodies, parts.url, free)) as elsewhere:
            # Another name of this machine is another site, not only another origin.
            parts.elsewhere = elsewhere.replace("127.0.0.1", "localhost")
            yield parts


def until(page: Page, condition: str) -> None:
    """Wait for a condition in a page whose policy forbids to evaluate text, as Playwright's own wait does."""
    page.evaluate(
        f"""async () => {{
            const end = performance.now() + {PATIENCE_MS};
            while (!({condition})) {{
                if (performance.now() > end) throw new Error({condition!r});
                await new Promise((wake) => setTimeout(wake, 20));
            }}
        }}"""
    )


@contextmanager
def caption_site() -> Iterator[CaptionSite]:
    """Serve for the length of a block."""
    with aside(_parts) as running_parts:
        yield CaptionSite(running_parts)
