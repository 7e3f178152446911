"""Which Host headers are answered: exact names, against DNS rebinding.

A page of another site whose name its owner points at 127.0.0.1 reaches a server on loopback, and
is of one origin with it to the browser. What gives it away is the Host header, which bears the
foreign name.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")

#: A name, an IPv4 address or a bracketed IPv6 address, with or without a port (RFC 9110, 7.2).
#: Two hosts in one header, or one with a user before it, are none.
_HOST = re.compile(rb"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")


class AllowedHosts:
    """Knows its names; ports do not matter, as a rebound name comes with any.

    Without names of its own a server on loopback answers to loopback's, any other server to all
    that are well-formed: it is meant to be reached by names that only its operator knows.
    """

    def __init__(self, names: Collection[str], listens_on: str) -> None:
        allowed = names or (LOOPBACK_HOSTS if is_loopback(listens_on) else ())
        self._names = frozenset(name.lower().encode() for name in allowed)
        self.answers_to = lru_cache(maxsize=256)(self._answers_to)
        """Tell whether a Host header is answered."""

    def _answers_to(self, header: bytes) -> bool:
        host = _HOST.fullmatch(header.lower())
        return host is not None and (not self._names or host["name"] in self._names)


def is_loopback(address: str) -> bool:
    """Tell whether an address is reached from this machine alone."""
    try:
        return address == "localhost" or ip_address(address).is_loopback
    except ValueError:
        return False
