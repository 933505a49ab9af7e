"""HTTP clients that ask the server of a test and nobody else: no proxy of this machine stands in between."""

from collections.abc import Mapping

import httpx

SECONDS = 60.0
"""Given to each answer, on a machine that does other work."""


def plain_http(
    url: str = "", *, key: str | None = None, headers: Mapping[str, str] | None = None
) -> httpx.AsyncClient:
    """A client of what is below `url`, which shows a key if there is one."""
    shown = {} if key is None else {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(
        base_url=url, headers={**shown, **(headers or {})}, trust_env=False, timeout=SECONDS
    )
