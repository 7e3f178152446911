"""The page's files: found by address alone, cached by what their names promise."""

import gzip

import pytest

from fiblab.server.deadlines import Deadline, Deadlines
from fiblab.server.exchange import Exchange
from fiblab.server.page_files import PageFile, PageFiles

PAGE = PageFiles({"/index.html": b"<p>page</p>" * 99, "/_app/immutable/a.js": b"let a=1;" * 99})


def exchange(**headers: bytes) -> Exchange:
    """Give a GET with some headers."""
    named = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    return Exchange("GET", named, "id", "", "127.0.0.1", Deadline(Deadlines(1)))


def file(path: str) -> PageFile:
    """Find a file that is there."""
    found = PAGE.find(path, html=False)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("path", "cache"),
    [("/", b"no-cache"), ("/_app/immutable/a.js", b"public, max-age=31536000, immutable")],
)
def test_caching(path: str, cache: bytes) -> None:
    """A name with a digest in it is kept for ever; the page is always asked for again."""
    answer = file(path).answer(exchange())
    assert answer.headers.get_single(b"cache-control") == cache


def test_zipped_where_taken() -> None:
    """Gzip comes to who takes it, under a tag of its own."""
    plain, zipped = (
        file("/").answer(exchange(accept_encoding=coding)) for coding in (b"zstd", b"br, gzip")
    )
    assert zipped.content is not None
    assert plain.content is not None
    assert gzip.decompress(zipped.content.body) == plain.content.body
    assert plain.headers.get_single(b"etag") != zipped.headers.get_single(b"etag")


def test_who_has_it_gets_304() -> None:
    """The tag of the file saves its way."""
    tag = file("/").answer(exchange()).headers.get_single(b"etag")
    assert file("/").answer(exchange(if_none_match=tag)).status == 304


@pytest.mark.parametrize("path", ["/deep/link", "/_app/missing.js", "/../etc/passwd"])
def test_any_other_address_is_the_page(path: str) -> None:
    """What is no file is the page to who wants HTML, and nothing to anybody else."""
    assert PAGE.find(path, html=True) is file("/")
    assert PAGE.find(path, html=False) is None
