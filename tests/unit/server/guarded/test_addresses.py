"""Where a message may go: to public addresses, however a private one is written."""

import pytest

from server.guarded.addresses import AddressRefused, HostUnknown, checked_addresses, refusal

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.5.5",
    "192.168.1.1",
    "169.254.1.1",
    "100.64.0.1",
    "240.0.0.1",
    "192.0.2.1",
    "::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "::7f00:1",
]
NEVER = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "fd00:ec2::254",
    "224.0.0.1",
    "ff02::1",
    "0.0.0.0",
    "::",
    "255.255.255.255",
    "no address",
]
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", PRIVATE + NEVER)
def test_private_and_special_addresses_are_refused(address: str) -> None:
    assert refusal(address) is not None


@pytest.mark.parametrize("address", NEVER)
def test_some_are_refused_although_private_ones_are_allowed(address: str) -> None:
    assert refusal(address, allow_private=True) is not None


@pytest.mark.parametrize("address", PRIVATE)
def test_private_ones_are_let_through_where_that_is_allowed(address: str) -> None:
    assert refusal(address, allow_private=True) is None


@pytest.mark.parametrize("address", PUBLIC)
def test_public_ones_are_let_through(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "::1"])
async def test_a_name_of_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises((AddressRefused, HostUnknown)):
        await checked_addresses(host, 80)


async def test_addresses_to_connect_to_are_given() -> None:
    assert await checked_addresses("1.1.1.1", 443) == ["1.1.1.1"]
    assert await checked_addresses("127.0.0.1", 80, allow_private=True) == ["127.0.0.1"]


@pytest.mark.parametrize("host", ["nothing.invalid", "a" * 300, "x..y"])
async def test_a_host_without_an_address_is_told_apart(host: str) -> None:
    with pytest.raises(HostUnknown, match="has no address"):
        await checked_addresses(host, 80)
