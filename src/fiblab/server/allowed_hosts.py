"""Which Host headers are answered: exact names, against DNS rebinding.

A page of another site whose name its owner points at 127.0.0.1 reaches a server on loopback, and
is of one origin with it to the browser. What gives it away is the Host header, which bears the
foreign name.
"""

from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class AllowedHosts:
    """Knows its names; ports do not matter, as a rebound name comes with any.

    Without names of its own a server on loopback answers to loopback's, any other server to all:
    it is meant to be reached from elsewhere, by names that only its operator knows.
    """

    def __init__(self, names: Collection[str], listens_on: str) -> None:
        allowed = names or (LOOPBACK_HOSTS if _is_loopback(listens_on) else ())
        self._names = frozenset(name.lower().encode() for name in allowed)
        self.answers_to = lru_cache(maxsize=256)(self._answers_to)
        """Tell whether a Host header is answered."""

    def _answers_to(self, host: bytes) -> bool:
        return not self._names or _without_port(host.lower()) in self._names


def _without_port(host: bytes) -> bytes:
    """Cut the port; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(b":")
    return name if colon and port.isdigit() else host


def _is_loopback(address: str) -> bool:
    try:
        return address == "localhost" or ip_address(address).is_loopback
    except ValueError:
        return False
