"""Headers that protect whoever opens the page, on every answer.

Not among them: Strict-Transport-Security and upgrade-insecure-requests. TLS ends before this
server, which cannot know whether there is any; whoever adds TLS adds them.
"""

import base64
import hashlib
import re

from fiblab.server.exchange import RawHeaders

#: Scripts within an HTML page; those with a `src` fall under 'self'.
_INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE
)

#: The one place where Svelte turns text into elements: its own templates, never anybody's data.
_TRUSTED_TYPES = "svelte-trusted-html"


def security_headers(page: str) -> RawHeaders:
    """Write the headers; the page's own inline scripts are allowed by their digests alone."""
    scripts = " ".join(["'self'", *map(_digest, _INLINE_SCRIPT.findall(page))])
    policy = (
        f"default-src 'self'; script-src {scripts}; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; "
        f"base-uri 'none'; require-trusted-types-for 'script'; trusted-types {_TRUSTED_TYPES}"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    ]


def _digest(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
