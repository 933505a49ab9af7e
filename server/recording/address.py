"""Where recordings are to be kept, as one setting says it. Pure.

In: nothing, a folder, or `s3://bucket/prefix?endpoint=…&region=…`. Out: `Place`. Keys stand in no address:
they come from the usual variables of S3's clients.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

DEFAULT_REGION: Final = "us-east-1"
_OPTIONS: Final = {"endpoint", "region"}
_VARIABLES: Final = {
    "AWS_ACCESS_KEY_ID": "access_key_id",
    "AWS_SECRET_ACCESS_KEY": "secret_access_key",
    "AWS_SESSION_TOKEN": "session_token",
}


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """A bucket of an S3-compatible server; `endpoint` None: that of AWS in the region. `keys` are what
    requests are signed with; without any, those of the machine's role."""

    name: str
    prefix: str
    endpoint: str | None
    region: str
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


def in_bucket(given: str | None) -> bool:
    """Whether a setting names a bucket."""
    return given is not None and given.startswith("s3://")


def bucket_address(given: str, environment: Mapping[str, str]) -> BucketAddress:
    """A bucket as a setting names it. Raises `ValueError`, which says what is wrong."""
    parts = urlsplit(given)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(set(options) - _OPTIONS):
        raise ValueError(f"has an unknown option {unknown[0]!r}; there are endpoint and region")
    if not parts.hostname or parts.username or parts.port or parts.fragment:
        raise ValueError("must be s3://bucket/prefix?endpoint=…&region=…; keys come from AWS_ACCESS_KEY_ID")
    endpoint = options.get("endpoint")
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise ValueError("must name its endpoint as http://… or https://…")
    region = options.get("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    keys = {name: environment[variable] for variable, name in _VARIABLES.items() if environment.get(variable)}
    return BucketAddress(parts.netloc, parts.path.strip("/"), endpoint, region or DEFAULT_REGION, keys)
