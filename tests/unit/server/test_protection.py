"""Browsers are told what the page may do, and who may call from elsewhere."""

import base64
import hashlib

import pytest

from fiblab.server.cors import Cors
from fiblab.server.security import security_headers

ORIGIN = b"https://lab.example"


def test_inline_scripts_are_allowed_by_digest() -> None:
    """Each inline script is named by its SHA-256; one with a src is not."""
    page = (
        '<script>start()</script><script type="module">\n2\n</script><script src="/a.js"></script>'
    )
    policy = dict(security_headers(page))[b"content-security-policy"].decode()
    for script in ("start()", "\n2\n"):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == 2
    assert "unsafe" not in policy


def test_without_origins_nothing_is_allowed() -> None:
    """No setting, no CORS header."""
    cors = Cors([])
    request = {b"origin": ORIGIN, b"access-control-request-method": b"POST"}
    assert cors.headers(request) == []
    assert cors.preflight("OPTIONS", request) is None


def test_an_allowed_origin_is_named_back() -> None:
    """The very origin is allowed, caches are told that it matters."""
    headers = dict(Cors([ORIGIN.decode()]).headers({b"origin": ORIGIN}))
    assert headers[b"access-control-allow-origin"] == ORIGIN
    assert headers[b"vary"] == b"origin"


def test_any_other_origin_is_not() -> None:
    """An origin that only begins alike is another."""
    cors = Cors([ORIGIN.decode()])
    for other in (ORIGIN + b".evil.example", b"null", b"http://lab.example"):
        assert b"access-control-allow-origin" not in dict(cors.headers({b"origin": other}))
        request = {b"origin": other, b"access-control-request-method": b"POST"}
        assert cors.preflight("OPTIONS", request) is None


def test_preflight() -> None:
    """An allowed origin's preflight names methods and headers."""
    request = {b"origin": ORIGIN, b"access-control-request-method": b"POST"}
    headers = dict(Cors([ORIGIN.decode()]).preflight("OPTIONS", request) or [])
    assert b"POST" in headers[b"access-control-allow-methods"]
    assert b"idempotency-key" in headers[b"access-control-allow-headers"]


@pytest.mark.parametrize(
    ("method", "site", "origin", "refused"),
    [
        ("POST", b"cross-site", b"https://evil.example", True),
        ("POST", b"same-site", b"https://sub.lab.example", True),
        ("POST", b"cross-site", None, True),
        ("POST", b"cross-site", ORIGIN, False),
        ("POST", b"same-origin", b"https://page.example", False),
        ("POST", b"none", None, False),
        ("POST", None, None, False),
        ("POST", None, b"https://evil.example", True),
        ("POST", None, b"http://page.example", False),
        ("POST", None, b"https://page.example", False),
        ("POST", None, b"https://page.example:8000", True),
        ("POST", None, ORIGIN, False),
        ("POST", None, b"null", True),
        ("POST", b"same-origin", b"null", True),
        ("POST", b"", None, True),
        ("DELETE", None, b"https://evil.example", True),
        ("GET", b"cross-site", b"https://evil.example", False),
    ],
)
def test_other_sites_change_nothing(
    method: str, site: bytes | None, origin: bytes | None, *, refused: bool
) -> None:
    """A page of another site may change nothing, unless its origin is allowed."""
    sent = {b"sec-fetch-site": site, b"origin": origin, b"host": b"page.example"}
    headers = {name: value for name, value in sent.items() if value is not None}
    assert Cors([ORIGIN.decode()]).refuses(method, headers) is refused


def test_null_is_never_an_origin_of_ours() -> None:
    """Every sandboxed frame has the origin `null`: allowing it would allow them all."""
    cors = Cors(["null"])
    assert cors.refuses("POST", {b"origin": b"null"})
    assert b"access-control-allow-origin" not in dict(cors.headers({b"origin": b"null"}))
