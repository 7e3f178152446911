"""The API's own description, and the page beside it."""

from html import unescape

import pytest

from fiblab.server.page_files import PageFiles
from fiblab.server.problems import TABLE

from .conftest import RunningServer, Start, document_of


async def test_document(start: Start) -> None:
    """/openapi.json is the document with this server's limits."""
    async with start(max_index=5_000, dense_max_index=10) as server:
        answer = await server.client.get("/openapi.json")
        assert answer.json() == document_of(server.parts.settings)
        index = answer.json()["components"]["parameters"]["index"]["schema"]
        assert index["maximum"] == 5_000


async def test_docs(server: RunningServer) -> None:
    """/docs shows every operation, without any script."""
    answer = await server.client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for path, item in document_of(server.parts.settings)["paths"].items():
        for method in item.keys() & {"get", "post"}:
            assert f"<code>{method.upper()} {path}</code>" in answer.text
    assert "<script" not in answer.text


async def test_every_problem_type_has_a_page(server: RunningServer) -> None:
    """The `type` of a problem is an address that explains it."""
    for kind in TABLE:
        answer = await server.client.get(kind.uri)
        assert (answer.status_code, kind.title in unescape(answer.text)) == (200, True)
    assert (await server.client.get("/problems/none")).status_code == 404


@pytest.mark.parametrize("address", ["/", "/queue", "/some/deep/link"])
async def test_page(server: RunningServer, address: str) -> None:
    """Every address of the page is its one document, for who takes HTML, always revalidated."""
    answer = await server.client.get(address, headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 200
    assert "<!doctype html>" in answer.text.lower()
    assert answer.headers["cache-control"] == "no-cache"
    tag = {"If-None-Match": answer.headers["etag"], "Accept": "text/html"}
    assert (await server.client.get(address, headers=tag)).status_code == 304


@pytest.mark.parametrize(
    "address",
    ["/_app/none.js", "/../conftest.py", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd"],
)
async def test_nothing_else_is_served(server: RunningServer, address: str) -> None:
    """A file that is no part of the page is 404 for who wants no HTML."""
    answer = await server.client.get(address, headers={"Accept": "*/*"})
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


async def test_page_takes_no_post(server: RunningServer) -> None:
    """The page can be read only."""
    answer = await server.client.post("/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_without_a_built_page() -> None:
    """A server whose page was not built says how to build it."""
    page = PageFiles({})
    assert "./fiblab up" in page.index_html
    assert page.find("/any/address", html=True) is page.find("/", html=False)
