"""Recognises links to meetings in what people and calendars write. Pure functions.

In: any text, plain or HTML, with links wrapped by mail filters as they come. Out: the first link that leads
into a meeting of a known service, in one form, or None. Rules are data: a host and a path for each service.
It fetches nothing, and makes no link out of what is not one.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qs, urlsplit, urlunsplit

Service = Literal[
    "google_meet",
    "zoom",
    "teams",
    "telemost",
    "sber_jazz",
    "jitsi",
    "ktalk",
    "webex",
    "mts_link",
    "vk_calls",
    "dion",
]
LONGEST_TEXT: Final = 65_536
"""Characters of one text that are looked at."""
MOST_LINKS: Final = 200
"""Links of one text that are looked at."""
LONGEST_LINK: Final = 2_000
_WRAPPED: Final = 3
"""How often a link may be wrapped in another one."""

_RULES: Final[tuple[tuple[Service, str, str], ...]] = (
    ("google_meet", r"meet\.google\.com", r"/(?:[a-z]{3}-[a-z]{4}-[a-z]{3}|lookup/[\w-]+)"),
    (
        "zoom",
        r"(?:[\w-]+\.)*zoom(?:gov)?\.(?:us|com)",
        r"/(?:(?:j|s|w|wc|wc/join)/\d{8,12}|my/[\w.-]+)/?.*",
    ),
    ("teams", r"(?:gov\.)?teams\.microsoft\.(?:com|us)", r"(?:/v2)?/(?:l/meetup-join/.+|meet/\d+)"),
    ("teams", r"teams\.(?:live\.com|cloud\.microsoft)", r"/(?:l/meetup-join/.+|meet/\w+)"),
    ("telemost", r"telemost(?:\.360)?\.yandex\.(?:ru|com)", r"/j/\d+"),
    (
        "sber_jazz",
        r"(?:[\w-]+\.)?(?:jazz\.sber(?:bank)?|salutejazz)\.ru",
        r"/(?:calls/)?(?=\S*\d)[\w@.-]{4,64}",
    ),
    ("jitsi", r"meet\.jit\.si|[\w-]*jitsi[\w-]*\.(?:[\w-]+\.)*[a-z]{2,}", r"/(?!static/)[^/]+"),
    ("jitsi", r"8x8\.vc", r"/[^/]+/[^/]+"),
    ("ktalk", r"[\w-]+\.ktalk\.ru", r"/[\w-]{2,}"),
    ("webex", r"(?:[\w-]+\.)*webex\.com", r"/(?:(?:meet|join)/.+|.+/j\.php|wbxmjs/joinservice/.+)"),
    ("mts_link", r"(?:[\w-]+\.)*mts-link\.ru", r"/(?:[\w-]+/)?j/[\w/-]+|/event/.+|/meeting/.+"),
    ("vk_calls", r"(?:m\.)?vk\.(?:com|ru)", r"/call/join/[\w-]+"),
    ("dion", r"(?:[\w-]+\.)*dion\.vc", r"/event/[\w@.-]+"),
)
_COMPILED: Final = tuple((service, re.compile(host), re.compile(path)) for service, host, path in _RULES)
_NEEDS_QUERY: Final[dict[str, str]] = {"j.php": "MTID"}
"""Pages that lead into a meeting only with this in their query."""
_LINK: Final = re.compile(r"""https?://[^\s<>"'\\|^`{}]+""", re.IGNORECASE)
_TRAILING: Final = ".,;:!?)]*_~>…»”’"
_WRAPPERS: Final = (
    (re.compile(r"[\w.-]*safelinks\.protection\.(?:outlook\.com|office365\.us)"), ("url",)),
    (re.compile(r"(?:www\.)?google\.[a-z.]{2,6}"), ("q", "url")),
    (re.compile(r"(?:www\.)?urldefense\.(?:com|us)|urldefense\.proofpoint\.com"), ("u",)),
    (re.compile(r"(?:[\w-]+\.)*(?:vk\.com|vk\.ru|mail\.ru)"), ("to", "url")),
)
"""Hosts that lead on to the link in one of these parameters."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link into a meeting: `url` begins with https:// and has no fragment."""

    service: Service
    url: str


def first_link(texts: Iterable[str]) -> Link | None:
    """The first link into a meeting, in the order of the texts."""
    for text in texts:
        for found in _links(text):
            if (link := recognised(found)) is not None:
                return link
    return None


def recognised(url: str) -> Link | None:
    """The meeting behind a link, also one that a mail filter has wrapped."""
    for _ in range(_WRAPPED + 1):
        parts = _split(url)
        if parts is None:
            return None
        host = (parts.hostname or "").lower().rstrip(".")
        for service, of_host, of_path in _COMPILED:
            if of_host.fullmatch(host) and of_path.fullmatch(parts.path.rstrip("/")) and _whole(parts):
                return Link(service, urlunsplit(("https", host, parts.path, parts.query, "")))
        inner = _unwrapped(host, parts)
        if inner is None:
            return None
        url = inner
    return None


def leads_to(url: str, service: Service) -> bool:
    """Whether a link leads into a meeting of this service."""
    link = recognised(url)
    return link is not None and link.service == service


def _links(text: str) -> Iterator[str]:
    """What looks like a link, without the punctuation of the sentence around it."""
    # Twice: a link in an HTML description stands escaped within escaped text.
    plain = html.unescape(html.unescape(text[:LONGEST_TEXT]))
    for count, found in enumerate(_LINK.finditer(plain)):
        if count == MOST_LINKS:
            return
        yield found[0].rstrip(_TRAILING)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        sound = (
            len(url) <= LONGEST_LINK
            and parts.scheme.lower() in {"http", "https"}
            # A name before the host is how a link pretends to lead elsewhere.
            and parts.username is None
            and parts.port in {None, 80, 443}
            and url.isprintable()
        )
    except ValueError:
        return None
    return parts if sound else None


def _whole(parts: SplitResult) -> bool:
    page = parts.path.rpartition("/")[2]
    return page not in _NEEDS_QUERY or f"{_NEEDS_QUERY[page]}=" in parts.query


def _unwrapped(host: str, parts: SplitResult) -> str | None:
    for of_host, names in _WRAPPERS:
        if of_host.fullmatch(host):
            given = parse_qs(parts.query, max_num_fields=50) if parts.query.count("&") < 50 else {}
            return next((given[name][0] for name in names if name in given), None)
    return None
