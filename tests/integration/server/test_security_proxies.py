"""X-Forwarded-For: believed from trusted proxies alone, and only as far as they wrote it."""

from ipaddress import ip_network

import pytest

from .conftest import RunningServer, Start
from .raw_http import ask, request

ADDRESS = "/api/v1/fibonacci/5"
CLIENT, OTHER, PROXY = "198.51.100.1", "203.0.113.9", "10.0.0.2"

#: This machine as the proxy, and another one behind it.
TRUSTED = {"trusted_proxies": (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))}

#: What no proxy writes; it may stand anywhere.
GARBAGE = [
    "nonsense",
    "",
    " ",
    "1.2.3",
    "1.2.3.4:80",
    "unknown",
    "_hidden",
    "\xff",
    "a" * 5_000,
    ",",
]


async def status(server: RunningServer, forwarded_for: str) -> int:
    """Ask for a number in someone's name."""
    headers = {"X-Forwarded-For": forwarded_for}
    return (await ask(server.port, request("POST", ADDRESS, headers))).status


@pytest.mark.parametrize(
    "forwarded_for", [OTHER, f"{OTHER}, 127.0.0.1", "127.0.0.2", "::1", *GARBAGE]
)
async def test_nobody_is_believed_by_default(server: RunningServer, forwarded_for: str) -> None:
    """A spent client stays spent, whatever it writes of itself."""
    await server.spend_limit("127.0.0.1")
    assert await status(server, forwarded_for) == 429
    assert await server.rows() == []


async def test_naming_another_spends_nothing_of_his(server: RunningServer) -> None:
    """Who is not a trusted proxy cannot use up somebody else's limit either."""
    assert await status(server, CLIENT) == 202
    assert await server.parts.redis.execute("EXISTS", f"{{fiblab:0}}:rate:{CLIENT}") == 0


@pytest.mark.parametrize(
    "forwarded_for",
    [
        CLIENT,
        f"{OTHER}, {CLIENT}",
        f"127.0.0.1, {CLIENT}",
        f"{OTHER}, {CLIENT}, {PROXY}",
        f"{OTHER},{CLIENT},127.0.0.9,{PROXY}",
        f"  {CLIENT}  ",
        f"{OTHER}\r\nX-Forwarded-For: {CLIENT}",
        *(f"{junk}, {CLIENT}" for junk in GARBAGE),
    ],
)
async def test_a_spent_client_cannot_rename_itself(start: Start, forwarded_for: str) -> None:
    """What the client wrote stands left of its own address, and is not looked at."""
    async with start(**TRUSTED) as server:
        await server.spend_limit(CLIENT)
        assert await status(server, forwarded_for) == 429
        assert await server.rows() == []


@pytest.mark.parametrize("junk", GARBAGE)
async def test_garbage_in_the_trusted_part(start: Start, junk: str) -> None:
    """What is no address ends the chain: the last hop that was one is who is limited."""
    async with start(**TRUSTED) as server:
        await server.spend_limit(PROXY)
        assert await status(server, f"{OTHER}, {junk}, {PROXY}") == 429


async def test_one_subscriber_is_one_client(start: Start) -> None:
    """All addresses of an IPv6 /64 share a limit: one subscriber takes any of them at will."""
    async with start(**TRUSTED) as server:
        await server.spend_limit("2001:db8:1:2::")
        for number in (1, 2, 0xFFFF):
            assert await status(server, f"2001:db8:1:2::{number:x}") == 429
        assert await status(server, "2001:db8:1:3::1") == 202


@pytest.mark.parametrize(
    "header", ["Forwarded: for=203.0.113.9", "X-Real-IP: 203.0.113.9", "X-Client-IP: 203.0.113.9"]
)
async def test_no_other_header_is_believed(start: Start, header: str) -> None:
    """X-Forwarded-For is the one header that proxies are asked to write."""
    async with start(**TRUSTED) as server:
        await server.spend_limit(CLIENT)
        assert await status(server, f"{CLIENT}\r\n{header}") == 429
