"""Origin, exactly: a page of another origin changes nothing here, over raw sockets."""

from collections.abc import Mapping

import pytest

from .conftest import RunningServer, Start
from .raw_http import ask, request

LAB = "https://lab.example"

#: Every call that changes something, with a body where it takes one.
CHANGES = [
    ("POST", "/api/v1/fibonacci/5", b""),
    ("POST", "/api/v1/fibonacci/ranges", b'{"from":0,"to":5}'),
    ("POST", "/api/v1/queue/pause", b""),
    ("POST", "/api/v1/queue/resume", b""),
    ("POST", "/api/v1/dead-letters/5/requeue", b""),
    ("DELETE", "/api/v1/dead-letters/5", b""),
    ("POST", "/api/v1/dead-letters/requeue", b'{"indices":[5]}'),
    ("POST", "/api/v1/dead-letters/discard", b'{"indices":[5]}'),
]

#: What browsers send for another origin's page, old ones without Sec-Fetch-Site.
FOREIGN: list[Mapping[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://localhost"},
    {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://evil.example?localhost"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "SAME-ORIGIN"},
    {"Sec-Fetch-Site": "same-origin\r\nSec-Fetch-Site: cross-site"},
    {"Origin": "https://lab.example.evil.example"},
    {"Origin": "https://evil.example\r\nOrigin: https://lab.example"},
]


async def assert_no_effect(server: RunningServer) -> None:
    """Hold the server to having counted, queued and paused nothing."""
    assert await server.rows() == []
    assert await server.waiting_jobs() == 0
    assert (await server.parts.queue.depth()).paused is False


@pytest.mark.parametrize(("method", "address", "body"), CHANGES)
@pytest.mark.parametrize("cors_origins", [(), (LAB,)], ids=["none allowed", "one allowed"])
async def test_foreign_pages(
    start: Start, method: str, address: str, body: bytes, cors_origins: tuple[str, ...]
) -> None:
    """Whatever a browser says of a foreign page: 403, nothing counted, nothing to be read."""
    async with start(cors_origins=cors_origins) as server:
        for headers in FOREIGN:
            named = {"Host": f"localhost:{server.port}", "Content-Type": "application/json"}
            sent = request(method, address, {**named, **headers}, body)
            answer = await ask(server.port, sent)
            assert (answer.status, answer.problem) == (403, "forbidden"), headers
            assert "access-control-allow-origin" not in answer.headers
        await assert_no_effect(server)


async def test_a_form_of_another_site(server: RunningServer) -> None:
    """A simple cross-site POST, which takes no preflight, is refused as well."""
    for media_type in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        headers = {"Origin": "https://evil.example", "Content-Type": media_type}
        answer = await ask(server.port, request("POST", "/api/v1/fibonacci/5", headers, b"a=b"))
        assert (answer.status, answer.problem) == (403, "forbidden")
    await assert_no_effect(server)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "same-origin"}], ids=["old", "new"])
async def test_the_own_page(server: RunningServer, host: str, site: Mapping[str, str]) -> None:
    """The page that this server gave out asks, under whichever of loopback's names."""
    own = f"{host}:{server.port}"
    headers = {"Host": own, "Origin": f"http://{own}", **site}
    answer = await ask(server.port, request("POST", "/api/v1/fibonacci/5", headers))
    assert answer.status == 202


async def test_behind_tls(start: Start) -> None:
    """Where TLS ends before us the page's origin is https, and its host the one asked."""
    async with start(allowed_hosts=("lab.example",)) as server:
        headers = {"Host": "lab.example", "Origin": LAB}
        answer = await ask(server.port, request("POST", "/api/v1/fibonacci/5", headers))
        assert answer.status == 202


async def test_behind_a_proxy_that_renames(server: RunningServer) -> None:
    """Where a proxy puts its own Host, the browser's word that it is the own page is enough."""
    headers = {"Host": "localhost", "Origin": LAB, "Sec-Fetch-Site": "same-origin"}
    answer = await ask(server.port, request("POST", "/api/v1/fibonacci/5", headers))
    assert answer.status == 202


async def test_no_browser(server: RunningServer) -> None:
    """Other clients send neither header, and are not in any person's browser."""
    answer = await ask(server.port, request("POST", "/api/v1/fibonacci/5"))
    assert answer.status == 202


async def test_null_can_not_be_allowed(start: Start) -> None:
    """`null` in the settings opens nothing: every sandboxed frame has that origin."""
    async with start(cors_origins=("null", LAB)) as server:
        for method in ("POST", "GET"):
            sent = request(method, "/api/v1/fibonacci/5", {"Origin": "null"})
            answer = await ask(server.port, sent)
            assert "access-control-allow-origin" not in answer.headers
        assert (
            await ask(server.port, request("POST", "/api/v1/fibonacci/5", {"Origin": "null"}))
        ).status == 403
        await assert_no_effect(server)


async def test_reading_from_elsewhere(server: RunningServer) -> None:
    """A foreign page may have its browser ask what changes nothing, and reads no answer."""
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = await ask(server.port, request("GET", "/api/v1/queue", headers))
    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers
