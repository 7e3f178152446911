"""What every answer carries: a request id, a trace, protection, permission for named origins."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_network

import pytest

from fiblab.fibonacci.job import FibonacciJob
from fiblab.queue import Claimant

from .conftest import RunningServer, Start
from .raw_http import ask, request

ORIGIN = "https://lab.example"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
#: One address for each kind of answer: of the API, of the page, refused, unknown.
ADDRESSES = ["/api/v1/fibonacci/most-requested", "/", "/api/v1/fibonacci/x", "/nowhere", "/livez"]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_request_id_and_trace(server: RunningServer, address: str) -> None:
    """A well-formed id of the caller comes back, and its trace goes on in a span of our own."""
    headers = {"X-Request-ID": "a.B-c_1", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    answer = await server.client.get(address, headers=headers)
    assert answer.headers["x-request-id"] == "a.B-c_1"
    trace = answer.headers["traceparent"]
    assert re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-01", trace)
    assert "00f067aa0ba902b7" not in trace


async def test_without_an_id_each_gets_its_own(server: RunningServer) -> None:
    """Two requests without ids have different ones, and different traces."""
    answers = [await server.client.get("/livez") for _ in range(2)]
    for name in ("x-request-id", "traceparent"):
        assert len({answer.headers[name] for answer in answers}) == 2


async def test_the_job_carries_id_and_trace(server: RunningServer) -> None:
    """The worker learns whose request it works for."""
    answer = await server.client.post("/api/v1/fibonacci/40", headers={"X-Request-ID": "mine"})
    (job,) = await server.parts.queue.claim(Claimant.fresh("test", ("light",)), 1)
    asked = FibonacciJob.decode(job.payload)
    assert (asked.index, asked.request_id) == (40, "mine")
    assert asked.traceparent == answer.headers["traceparent"]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_protection(server: RunningServer, address: str) -> None:
    """Every answer keeps browsers from sniffing, framing and foreign scripts."""
    headers = (await server.client.get(address)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/v1/fibonacci/90"])
async def test_date(server: RunningServer, address: str) -> None:
    """Every answer says when it was made, as RFC 9110 (6.6.1) asks of a server with a clock."""
    await server.store(90)
    for _ in range(2):  # the second comes from memory
        date = parsedate_to_datetime((await server.client.get(address)).headers["date"])
        assert abs(date - datetime.now(UTC)) < timedelta(minutes=1)


async def test_no_origin_is_allowed_by_default(server: RunningServer) -> None:
    """Without the setting no answer bears a CORS header, and a preflight is no call."""
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    for method, status in (("GET", 404), ("OPTIONS", 405)):
        answer = await server.client.request(method, "/api/v1/fibonacci/5", headers=headers)
        assert answer.status_code == status
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_allowed_origin(start: Start) -> None:
    """A named origin may call and read, errors too; its preflight answers 204 with no body."""
    async with start(cors_origins=(ORIGIN,)) as server:
        sent = {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}
        preflight = await server.client.options(
            "/api/v1/fibonacci/5", headers={**sent, "Access-Control-Request-Method": "POST"}
        )
        assert (preflight.status_code, preflight.content) == (204, b"")
        assert "POST" in preflight.headers["access-control-allow-methods"]
        for method, status in (("POST", 202), ("GET", 202)):
            answer = await server.client.request(method, "/api/v1/fibonacci/5", headers=sent)
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == ORIGIN
        answer = await server.client.get("/api/v1/fibonacci/05", headers=sent)
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "origin" in answer.headers.get_list("vary")


async def test_other_origin(start: Start) -> None:
    """Any other origin is neither permitted to read nor to ask."""
    async with start(cors_origins=(ORIGIN,)) as server:
        sent = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        answer = await server.client.post("/api/v1/fibonacci/5", headers=sent)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
        assert "access-control-allow-origin" not in answer.headers
        assert await server.rows() == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8000", "LOCALHOST:80"])
async def test_loopback_names(server: RunningServer, host: str) -> None:
    """A server on loopback answers to loopback's names with any port."""
    answer = await ask(server.port, request("GET", "/openapi.json", {"Host": host}))
    assert answer.status == 200


async def test_named_hosts(start: Start) -> None:
    """With names in the settings these are answered and no others, but probes under any."""
    async with start(allowed_hosts=("lab.example",)) as server:
        for host, status in (("lab.example:443", 200), ("localhost", 421)):
            answer = await ask(server.port, request("GET", "/", {"Host": host}))
            assert answer.status == status
        for probe in ("/livez", "/readyz", "/metrics"):
            answer = await ask(server.port, request("GET", probe, {"Host": "10.0.0.7:8000"}))
            assert answer.status == 200


async def test_overload_spares_the_probes(start: Start) -> None:
    """Beyond the requests in flight that it holds a server refuses; its probes still answer."""
    async with start(in_flight_limit=1, rate_limit_per_s=0) as server:
        await server.client.post("/api/v1/fibonacci/40")
        async with server.hold("/api/v1/fibonacci/40"):
            answer = await server.client.get("/api/v1/fibonacci/41")
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/overloaded")
            assert (await server.client.get("/readyz")).status_code == 200
            assert (await server.client.get("/livez")).status_code == 200


async def test_repeated_headers_are_one_list(start: Start) -> None:
    """A header that comes in several lines means what it would mean in one (RFC 9110, 5.2)."""
    async with start(trusted_proxies=(ip_network("127.0.0.0/8"),)) as server:
        await server.spend_limit("198.51.100.1")
        chain = {"X-Forwarded-For": "198.51.100.1\r\nX-Forwarded-For: 127.0.0.2"}
        assert (await ask(server.port, request("POST", "/api/v1/fibonacci/5", chain))).status == 429
