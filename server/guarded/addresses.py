"""Which addresses of the network a stranger's URL may lead to: the guard against requests to our own side.

In: a host and a port. Out: addresses to connect to, each checked; whoever connects must use one of these
and not the name, which may lead elsewhere a moment later. A name of which one address is refused is refused
whole.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

METADATA: Final = frozenset(
    map(ip_address, ("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254"))
)
"""Where clouds tell a machine its own keys. Never to be reached."""
NAT64: Final = IPv6Network("64:ff9b::/96")
MOST: Final = 4
"""Addresses of one name that are tried."""


class AddressRefused(Exception):
    """The URL may not be asked for, or leads to where nothing may go. The text is one sentence."""


class HostUnknown(Exception):
    """The host has no address just now. The text is one sentence."""


def refusal(address: str, *, allow_private: bool = False) -> str | None:
    """Why nothing may be sent to this address, None if it may be. `allow_private` lets loopback and private
    networks through, but never what receives for many or tells secrets."""
    try:
        ip = _inner(ip_address(address.partition("%")[0]))
    except ValueError:
        return "is no address"
    if ip in METADATA:
        return "is a cloud's metadata service"
    if ip.is_multicast:
        return "is a multicast address"
    if ip.is_unspecified or ip == IPv4Address("255.255.255.255"):
        return "is no address of one machine"
    if not allow_private and (not ip.is_global or ip.is_reserved or (ip.version == 6 and ip.is_site_local)):
        return "is a private, local or reserved address"
    return None


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    teredo = ip.teredo
    return ip.ipv4_mapped or ip.sixtofour or (teredo[1] if teredo else None) or ip


async def checked_addresses(host: str, port: int, *, allow_private: bool = False) -> list[str]:
    """Up to `MOST` addresses of the host, in the order in which to try them. Raises `AddressRefused`,
    `HostUnknown`."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise HostUnknown(f"The host {host[:100]} has no address.") from None
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
    for address in addresses:
        if why := refusal(address, allow_private=allow_private):
            raise AddressRefused(f"The host {host[:100]} leads to {address}, which {why}.")
    return addresses[:MOST]
