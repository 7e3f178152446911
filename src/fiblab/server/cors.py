"""Cross-origin requests (the Fetch standard's CORS) for a client that is deployed apart."""

from collections.abc import Collection, Mapping

from fiblab.server.exchange import RawHeaders

#: Seconds that a browser remembers a preflight; browsers cap it at two hours themselves.
PREFLIGHT_AGE_S = 7_200

#: Methods that change nothing (RFC 9110, 9.2.1).
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_OTHER_SITES = frozenset({b"cross-site", b"same-site"})
_ALLOWED_METHODS = b"GET, HEAD, POST, DELETE"
_ALLOWED_HEADERS = (
    b"content-type, idempotency-key, prefer, x-request-id, traceparent, if-none-match, range"
)
_EXPOSED_HEADERS = (
    b"x-request-id, traceparent, retry-after, ratelimit, ratelimit-policy, etag, location, "
    b"preference-applied, content-range, accept-ranges"
)
_VARY = (b"vary", b"origin")


class Cors:
    """Allows exactly the given origins; with none it adds nothing to any answer."""

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def refuses(self, method: str, request_headers: Mapping[bytes, bytes]) -> bool:
        """Tell whether a page of another site tries to change something here.

        CORS alone hides the answer from it, after the deed. Sec-Fetch-Site is written by the
        browser and out of a page's reach; other clients send none.
        """
        return (
            method not in SAFE_METHODS
            and request_headers.get(b"sec-fetch-site") in _OTHER_SITES
            and request_headers.get(b"origin") not in self._origins
        )

    def headers(self, request_headers: Mapping[bytes, bytes]) -> RawHeaders:
        """Return what an answer carries."""
        if not self._origins:
            return []
        origin = request_headers.get(b"origin")
        if origin not in self._origins or origin is None:
            return [_VARY]
        return [
            _VARY,
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", _EXPOSED_HEADERS),
        ]

    def preflight(self, method: str, request_headers: Mapping[bytes, bytes]) -> RawHeaders | None:
        """Return what a preflight's answer carries besides, None for any other request."""
        if (
            method != "OPTIONS"
            or b"access-control-request-method" not in request_headers
            or request_headers.get(b"origin") not in self._origins
        ):
            return None
        return [
            (b"access-control-allow-methods", _ALLOWED_METHODS),
            (b"access-control-allow-headers", _ALLOWED_HEADERS),
            (b"access-control-max-age", b"%d" % PREFLIGHT_AGE_S),
        ]
