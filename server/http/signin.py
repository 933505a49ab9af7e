"""The calls by which a browser exchanges a key for a cookie, asks who it is, and signs out.

The key is sent once and kept by nobody. Wrong keys of one address are counted, and after some of them no more
are looked at for the rest of a minute.
"""

import ipaddress
from datetime import datetime
from typing import Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.access.access import Access
from server.access.keys import hash_of
from server.access.limits import too_many_sign_ins
from server.access.signins import SignIn, new_cookie, sign_in
from server.http.answers import json_answer
from server.http.cookies import cookie_of, give, take_back
from server.http.guard import now, shown
from server.http.operations import Call
from server.http.services import Services
from streaming.errors import NotAllowed, StoreError

WRONG_KEYS: Final = 10
"""Of one address in a minute."""


class SignInBody(BaseModel):
    """The key to sign in with."""

    key: str = Field(min_length=1, max_length=4096, description="An API key; no token.")


class SignInOut(BaseModel):
    """Who a browser is to this server."""

    asks_for_key: bool = Field(description="False: this machine is served without one.")
    signed_in: bool = Field(description="Whether calls are answered.")
    workspace: str | None = Field(description="Whose meetings are seen; null: nobody's.")
    scopes: list[str] = Field(description="What may be done; `operate`: run the server.")
    key_name: str | None = Field(description="What the key is called; null: no key, or the server's own.")
    expires_at: datetime | None = Field(description="When the sign-in ends unless it is renewed.")


async def create_sign_in(services: Services, call: Call) -> Response:
    """200 with the cookie."""
    body: SignInBody = call.body
    guard, address = services.guard, _address(call.request)
    guard.door.from_here(shown(call.request))
    left, allowed = guard.wrong_keys.take(address, WRONG_KEYS, guard.clock())
    if not allowed:
        raise too_many_sign_ins(left)
    # Counted before it is looked at: keys that are tried side by side are counted as well.
    try:
        access = await guard.door.by_key(body.key)
    except StoreError:
        guard.wrong_keys.give_back(address)  # Nobody knows whether the key is wrong.
        raise
    guard.wrong_keys.give_back(address)
    cookie = new_cookie()
    made = sign_in(cookie, access.key, body.key, now())
    await services.access.add_sign_in(made)
    guard.watch.heard()  # The oldest may have given way.
    response = await _told(services, access, made)
    give(response, call.request, cookie, made.expires_at - now())
    return response


async def get_sign_in(services: Services, call: Call) -> Response:
    """Who asks; a sign-in is renewed by it."""
    request, door = call.request, services.guard.door
    try:
        access = await door.who(shown(request, by_cookie=True))
    except NotAllowed as refusal:
        if refusal.status != 401:
            raise
        return _answer(await door.asks_for_key(), None, None, None)
    cookie = cookie_of(request)
    if access.sign_in is None or cookie is None:
        return await _told(services, access, None)
    stored = await services.access.sign_in(access.sign_in)
    renewed = stored and stored.renewed(now())
    response = await _told(services, access, renewed or stored)
    if renewed is not None:
        await services.access.renew_sign_in(renewed.hash, renewed.expires_at)
        give(response, request, cookie, renewed.expires_at - now())
    return response


async def end_sign_in(services: Services, call: Call) -> Response:
    """204; what is open by the cookie is closed."""
    cookie = cookie_of(call.request)
    if cookie is not None:
        services.guard.door.allow(shown(call.request))
        await services.access.end_sign_in(hash_of(cookie))
        services.guard.watch.heard()
    response = Response(status_code=204)
    take_back(response)
    return response


async def _told(services: Services, access: Access, made: SignIn | None) -> JSONResponse:
    key = await services.access.key(access.key) if access.key is not None else None
    ends = access.expires_at if made is None else access.of_key().until(made.expires_at)
    asks = await services.guard.door.asks_for_key()
    return _answer(asks, access, key.name if key else None, ends)


def _answer(asks: bool, access: Access | None, name: str | None, ends: datetime | None) -> JSONResponse:
    out = SignInOut(
        asks_for_key=asks,
        signed_in=access is not None,
        workspace=access.workspace if access else None,
        scopes=sorted(access.scopes) if access else [],
        key_name=name,
        expires_at=ends,
    )
    return json_answer(out)


def _address(request: Request) -> str:
    """Whose wrong keys are counted together: an address, or of IPv6 what one customer has (a /64)."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return host
