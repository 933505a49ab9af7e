"""The page behind the unsubscribe link of a mail. Public: its token is what it asks for.

A visit changes nothing, since mail programs visit links by themselves; the button, and the one-click
request of RFC 8058, do.
"""

import base64
import hashlib
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.access.access import DEFAULT
from server.http.operations import Call
from server.http.services import Services
from server.notify.targets import EmailTarget, digest
from server.notify.unsubscribe import Subscriber, read
from server.store.notification_settings import UNSUBSCRIBED
from streaming.errors import NotFound

STYLE: Final = (
    ":root{color-scheme:light dark}body{margin:0;font:17px/1.5 system-ui,sans-serif}"
    "main{max-width:32rem;margin:0 auto;padding:3rem 1.2rem}h1{font-size:1.4rem;overflow-wrap:anywhere}"
    "button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:.5rem;background:#2f55d4;color:#fff}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_WORDS: Final = {
    "en": (
        "Stop mail about reports to {address}?",
        "Unsubscribe",
        "{address} gets no more mail about reports.",
    ),
    "ru": (
        "Больше не присылать письма об отчётах на {address}?",
        "Отписаться",
        "На {address} больше не придут письма об отчётах.",
    ),
}


async def show_unsubscribe(services: Services, call: Call) -> Response:
    """Ask."""
    who = await _subscriber(services, call)
    question, button, _ = _words(call.request)
    title = escape(question.format(address=who.address))
    return _page(call.request, title, f'<form method="post"><button>{escape(button)}</button></form>')


async def unsubscribe(services: Services, call: Call) -> Response:
    """Stop mail to the address for good."""
    who = await _subscriber(services, call)
    await services.notifications.silence(who.workspace, digest(EmailTarget(to=[who.address])), UNSUBSCRIBED)
    return _page(call.request, escape(_words(call.request)[2].format(address=who.address)), "")


async def _subscriber(services: Services, call: Call) -> Subscriber:
    settings = await services.notifications.notification_settings(DEFAULT)
    who = read(call.request.path_params["token"], base64.b64decode(settings.mail_key))
    if who is None:
        raise NotFound("not_found", "This link is not valid; take it from the mail as it is.")
    return who


def _language(request: Request) -> str:
    return "ru" if request.headers.get("accept-language", "").lower().startswith("ru") else "en"


def _words(request: Request) -> tuple[str, str, str]:
    return _WORDS[_language(request)]


def _page(request: Request, title: str, body: str) -> Response:
    return HTMLResponse(
        f'<!doctype html>\n<html lang="{_language(request)}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>Steno</title>\n<style>{STYLE}</style>\n<main><h1>{title}</h1>{body}</main>\n</html>\n",
        headers={"Content-Security-Policy": CONTENT_SECURITY, "Cache-Control": "no-store"},
    )
