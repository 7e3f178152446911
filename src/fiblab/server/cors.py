"""Cross-origin requests (the Fetch standard's CORS) for a client that is deployed apart."""

from collections.abc import Collection, Mapping

from fiblab.server.exchange import RawHeaders

#: Seconds that a browser remembers a preflight; browsers cap it at two hours themselves.
PREFLIGHT_AGE_S = 7_200

#: Methods that change nothing (RFC 9110, 9.2.1).
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

#: What a browser says of requests by this page itself, and of those that a person typed.
_OWN_SITES = frozenset({b"same-origin", b"none"})

#: The origin of a sandboxed frame, a file, a redirect: anybody's, so never anybody's own.
_OPAQUE = b"null"

_ALLOWED_METHODS = b"GET, HEAD, POST, DELETE"
_ALLOWED_HEADERS = (
    b"authorization, content-type, idempotency-key, prefer, x-request-id, traceparent, "
    b"if-none-match, range"
)
_EXPOSED_HEADERS = (
    b"x-request-id, traceparent, retry-after, ratelimit, ratelimit-policy, etag, location, "
    b"preference-applied, content-range, accept-ranges"
)
_VARY = (b"vary", b"origin")


class Cors:
    """Allows exactly the given origins; with none it adds nothing to any answer."""

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins) - {_OPAQUE}

    def refuses(self, method: str, request_headers: Mapping[bytes, bytes]) -> bool:
        """Tell whether a page of another origin tries to change something here.

        CORS alone hides the answer from it, after the deed. Sec-Fetch-Site is written by the
        browser and out of a page's reach; where a browser sends none, Origin must name the very
        host that was asked. Other clients send neither. The order is that of Go's
        `http.CrossOriginProtection` (F. Valsorda, 2025).
        """
        origin = request_headers.get(b"origin")
        if method in SAFE_METHODS or origin in self._origins:
            return False
        site = request_headers.get(b"sec-fetch-site")
        if site is None:
            return not is_own_origin(request_headers)
        return site not in _OWN_SITES or origin == _OPAQUE

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


def is_own_origin(request_headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether Origin, where there is one, names the host that was asked.

    Either scheme will do: TLS may end before us, and a port serves one of the two.
    """
    origin = request_headers.get(b"origin")
    host = request_headers.get(b"host", b"")
    return origin is None or origin in {b"http://" + host, b"https://" + host}


def is_of_own_page(request_headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether nothing speaks against a request being the page's own, or no page's at all."""
    site = request_headers.get(b"sec-fetch-site", b"none")
    return site in _OWN_SITES and is_own_origin(request_headers)
