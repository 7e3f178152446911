"""Whose request it is: the peer's address, or what a trusted proxy says of it."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network

#: For a peer on a Unix socket, which has no address.
LOCAL = "local"

#: Bits of the IPv6 prefix that one subscriber gets: within it addresses are taken at will.
IPV6_SUBSCRIBER_BITS = 64


class ClientAddresses:
    """Finds the client behind proxies; X-Forwarded-For counts only as far as it can be believed."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self._trusted = tuple(trusted_proxies)
        self._is_trusted = lru_cache(maxsize=1_024)(self._look_up_trust)

    def find(self, peer: str | None, forwarded_for: bytes | None) -> str:
        """Return the address that limits and logs go by, IPv6 cut to its /64.

        From the right, each entry was written by the proxy after it: the first one that is not
        itself a trusted proxy is the client. Whatever stands left of it anyone may have written.
        """
        if peer is None:
            return LOCAL
        if forwarded_for is None or not self._is_trusted(peer):
            return _subscriber(peer)
        client = peer
        for entry in reversed(forwarded_for.decode("latin-1").split(",")):
            address = _address(entry)
            if address is None:
                break
            client = address
            if not self._is_trusted(client):
                break
        return _subscriber(client)

    def _look_up_trust(self, address: str) -> bool:
        parsed = ip_address(address)
        return any(parsed in network for network in self._trusted)


@lru_cache(maxsize=4_096)
def _subscriber(address: str) -> str:
    if ":" not in address:
        return address
    bare = address.partition("%")[0]
    return str(IPv6Network((bare, IPV6_SUBSCRIBER_BITS), strict=False).network_address)


@lru_cache(maxsize=4_096)
def _address(entry: str) -> str | None:
    """Read one entry; None for what is no address, and so cannot be believed."""
    try:
        return str(ip_address(entry.strip()))
    except ValueError:
        return None
