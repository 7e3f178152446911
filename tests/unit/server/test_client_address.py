"""The client's address is the peer's, or what trusted proxies say and nobody else."""

from ipaddress import ip_network

import pytest

from fiblab.server.client_address import ClientAddresses

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", b"198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", b"198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", b"6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", b"6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", b"10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", b"6.6.6.6, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", b"\xff", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        (None, b"6.6.6.6", "local"),
    ],
)
def test_client(peer: str | None, forwarded_for: bytes | None, client: str) -> None:
    """From the right, the first address that is no trusted proxy is the client."""
    assert ClientAddresses(PROXIES).find(peer, forwarded_for) == client


def test_ipv6_is_cut_to_the_subscriber() -> None:
    """Addresses of one /64, which one subscriber takes at will, are one client."""
    clients = ClientAddresses(PROXIES)
    first = clients.find("2001:db8:1:2:3:4:5:6", None)
    second = clients.find("fd00::1", b"2001:db8:1:2:ffff::1")
    assert first == second == "2001:db8:1:2::"
