"""The policy against the very page that is built: it covers all that the page needs, no more."""

import base64
import hashlib
import os
from html.parser import HTMLParser

import pytest

from fiblab.server.api.reference import docs_page, problem_page
from fiblab.server.openapi import Limits, build_document
from fiblab.server.page_files import INDEX, NOT_BUILT, built_page
from fiblab.server.problems import TABLE
from fiblab.server.security import security_headers

PAGE = built_page().index_html
HEADERS = {name.decode(): value.decode() for name, value in security_headers(PAGE)}
POLICY = {
    directive.split()[0]: directive.split()[1:]
    for directive in HEADERS["content-security-policy"].split("; ")
}


class Inline(HTMLParser):
    """Collects what a document runs, styles and loads by itself."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.attributes: list[str] = []
        self.addresses: list[str] = []
        self._within: str | None = None
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag's handlers, styles and addresses; a script without `src` begins."""
        given = dict(attrs)
        self.attributes += [name for name in given if name == "style" or name.startswith("on")]
        self.addresses += [value for name in ("src", "href") if (value := given.get(name))]
        self._within = tag if tag in self.texts and "src" not in given else None
        if self._within:
            self.texts[tag].append("")

    def handle_data(self, data: str) -> None:
        """Note a script's or style's text."""
        if self._within:
            self.texts[self._within][-1] += data

    def handle_endtag(self, tag: str) -> None:
        """End a script or style."""
        if tag == self._within:
            self._within = None


def digest(text: str) -> str:
    """Name a text as a policy does (CSP level 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_page_is_built() -> None:
    """In CI these tests hold the built page to its policy, and not the hint in its place."""
    if os.environ.get("CI"):
        assert PAGE != NOT_BUILT


def test_every_inline_script_is_allowed_by_its_digest_and_no_other() -> None:
    """Script for script: what the page holds inline is what the policy names, in full."""
    digests = [source for source in POLICY["script-src"] if source.startswith("'sha256-")]
    assert sorted(digests) == sorted(map(digest, Inline(PAGE).texts["script"]))


def test_every_inline_style_is_allowed() -> None:
    """As with scripts; the page has none, so that the policy names none."""
    digests = [source for source in POLICY["style-src"] if source.startswith("'sha256-")]
    assert sorted(digests) == sorted(map(digest, Inline(PAGE).texts["style"]))


def test_no_attribute_runs_or_styles() -> None:
    """Handlers and style attributes have no digests: the page uses neither."""
    assert Inline(PAGE).attributes == []


def test_everything_is_loaded_from_here() -> None:
    """No address of the page leads to another host."""
    addresses = Inline(PAGE).addresses
    assert [address for address in addresses if "//" in address or ":" in address] == []


def test_nothing_is_unsafe_and_nobody_else_is_trusted() -> None:
    """No source is `unsafe-*`, a wildcard, a scheme but `data:` for images, or another host."""
    allowed = {"'self'", "'none'", "data:", "'script'", "svelte-trusted-html"}
    for directive, sources in POLICY.items():
        assert {source for source in sources if not source.startswith("'sha256-")} <= allowed
        assert "data:" not in sources or directive == "img-src"


@pytest.mark.parametrize(
    ("directive", "sources"),
    [
        ("default-src", ["'self'"]),
        ("style-src", ["'self'"]),
        ("connect-src", ["'self'"]),
        ("object-src", ["'none'"]),
        ("base-uri", ["'none'"]),
        ("form-action", ["'self'"]),
        ("frame-ancestors", ["'none'"]),
        ("require-trusted-types-for", ["'script'"]),
        ("trusted-types", ["svelte-trusted-html"]),
    ],
)
def test_directives(directive: str, sources: list[str]) -> None:
    """Each directive that keeps a kind of attack out is there, as strict as the page bears."""
    assert POLICY[directive] == sources


def test_nothing_presumes_tls() -> None:
    """On plain HTTP both would lock people out; whoever adds TLS in front adds them."""
    assert "strict-transport-security" not in HEADERS
    assert "upgrade-insecure-requests" not in POLICY


def documents() -> dict[str, str]:
    """Give every other document that this server writes."""
    problems = {kind.uri: problem_page(kind) for kind in TABLE}
    return {"/docs": docs_page(build_document(Limits())), INDEX: NOT_BUILT, **problems}


@pytest.mark.parametrize("address", documents())
def test_other_documents_need_no_script(address: str) -> None:
    """/docs, the problems' pages and the hint hold no script, style or handler at all."""
    inline = Inline(documents()[address])
    assert (inline.texts, inline.attributes) == ({"script": [], "style": []}, [])
