"""A client may ask so many times at once, and so many times a second on; others do not suffer."""

from ipaddress import ip_network

from .conftest import RunningServer, Start


async def test_burst(start: Start) -> None:
    """Each request tells how many are left of the burst, and when all are earned again."""
    async with start(rate_limit_per_s=1, rate_limit_burst=3) as server:
        answer = await server.client.post("/api/v1/fibonacci/40")
        assert answer.headers["ratelimit"] == '"client";r=2;t=1'
        assert answer.headers["ratelimit-policy"] == '"client";q=3;w=3'


async def test_beyond_the_burst(start: Start) -> None:
    """A client that has spent its burst: 429, when to come back, nothing counted or queued."""
    async with start(rate_limit_per_s=1, rate_limit_burst=3) as server:
        await server.spend_limit()
        answer = await server.client.post("/api/v1/fibonacci/41")
        assert (answer.status_code, answer.json()["type"]) == (429, "/problems/rate-limited")
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["ratelimit"] == '"client";r=0;t=3'
        assert await server.rows() == []
        assert await server.waiting_jobs() == 0


async def test_reading_is_free(server: RunningServer) -> None:
    """A client whose requests are spent can still look up what was asked for."""
    await server.client.post("/api/v1/fibonacci/40")
    await server.spend_limit()
    assert (await server.client.get("/api/v1/fibonacci/40")).status_code == 202


async def test_clients_are_told_apart(start: Start) -> None:
    """Behind a trusted proxy one client's spent limit is no other's."""
    async with start(trusted_proxies=(ip_network("127.0.0.0/8"),)) as server:
        await server.spend_limit("198.51.100.1")
        for client, status in (("198.51.100.1", 429), ("198.51.100.2", 202)):
            answer = await server.client.post(
                "/api/v1/fibonacci/40", headers={"X-Forwarded-For": client}
            )
            assert answer.status_code == status


async def test_time_earns_requests(start: Start) -> None:
    """A debt's key lives no longer than it takes to earn it again: no clients pile up."""
    async with start(rate_limit_per_s=1_000, rate_limit_burst=1) as server:
        await server.client.post("/api/v1/fibonacci/40")
        key = "{fiblab:0}:rate:127.0.0.1"
        assert await server.parts.redis.execute("PTTL", key) in {-2, 0, 1}


async def test_range_costs_its_size(start: Start) -> None:
    """A batch spends as many requests as it has indices."""
    async with start(rate_limit_per_s=1, rate_limit_burst=50) as server:
        answer = await server.client.post("/api/v1/fibonacci/ranges", json={"from": 1, "to": 40})
        assert answer.headers["ratelimit"].split(";")[1] == "r=10"
        answer = await server.client.post("/api/v1/fibonacci/ranges", json={"from": 1, "to": 50})
        assert answer.status_code == 429


async def test_no_limit(start: Start) -> None:
    """0 turns the limit off, and its headers."""
    async with start(rate_limit_per_s=0, rate_limit_burst=1) as server:
        for _ in range(3):
            answer = await server.client.post("/api/v1/fibonacci/40")
            assert answer.status_code == 202
            assert "ratelimit" not in answer.headers
