"""Who may operate the server: whoever shows the token; without one, whoever sits at the machine.

"At the machine" takes all of these, as each alone is had by others too:

- the server listens on loopback, and the connection comes from there;
- no proxy stands between: its peer would be on loopback for everybody;
- the Host is loopback's own, against DNS rebinding;
- no page of another origin sent it: on loopback every port is another's.

What a proxy on this machine does not say of itself cannot be seen: where one is, set a token.
"""

import hmac

from fiblab.server.allowed_hosts import AllowedHosts, is_loopback
from fiblab.server.cors import is_of_own_page
from fiblab.server.exchange import Exchange
from fiblab.server.problems import OPERATOR_ONLY, UNAUTHORIZED, Refusal

#: What a proxy adds to what it passes on (RFC 7239, RFC 9110 7.6.3, and habit).
FORWARDING_HEADERS = frozenset(
    {
        b"forwarded",
        b"via",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-real-ip",
    }
)

_CHALLENGE = b'Bearer realm="fiblab operator"'


class OperatorGate:
    """Lets an operator's calls pass; `token` is empty where none is configured."""

    def __init__(self, token: str, listens_on: str) -> None:
        self._credentials = f"Bearer {token}".encode() if token else None
        self._listens_on_loopback = is_loopback(listens_on)
        self._hosts = AllowedHosts((), "localhost")

    def admit(self, exchange: Exchange) -> None:
        """Return where the caller may operate; raises Refusal, definite, where it may not."""
        if self._credentials is not None:
            self._check_token(exchange.headers.get(b"authorization"), self._credentials)
        elif reason := self.elsewhere(exchange):
            raise Refusal(OPERATOR_ONLY, f"{reason} {OPERATOR_ONLY.advice}")

    def elsewhere(self, exchange: Exchange) -> str:
        """Say what tells that the caller may not sit at this machine; empty where nothing does."""
        if not self._listens_on_loopback:
            return "This server listens beyond loopback."
        if exchange.peer is None or not is_loopback(exchange.peer):
            return "The call does not come from loopback."
        if not FORWARDING_HEADERS.isdisjoint(exchange.headers):
            return "The call comes through a proxy."
        if not self._hosts.answers_to(exchange.headers.get(b"host", b"")):
            return "The Host is none of loopback's names."
        return "" if is_of_own_page(exchange.headers) else "A page of another origin calls."

    def _check_token(self, shown: bytes | None, expected: bytes) -> None:
        if shown is None:
            raise _unauthorized("No token was sent.", _CHALLENGE)
        scheme, _, token = shown.partition(b" ")
        # The time that this takes tells nothing of how much of the token was right.
        if not hmac.compare_digest(scheme.title() + b" " + token.strip(), expected):
            raise _unauthorized("This is not the token.", _CHALLENGE + b', error="invalid_token"')


def _unauthorized(reason: str, challenge: bytes) -> Refusal:
    detail = f"{reason} {UNAUTHORIZED.advice}"
    return Refusal(UNAUTHORIZED, detail, headers=[(b"www-authenticate", challenge)])
