"""Stores that die, freeze or fill up: refused in time, never a hang, and all well afterwards."""

import asyncio
from collections.abc import Iterator
from typing import cast

import httpx
import pytest

from fiblab.embedded import EmbeddedStack
from fiblab.embedded.store import Store

from .conftest import PATIENCE_S, RunningServer, Start

#: A breaker that opens soon and rests shortly.
TOUCHY = {"breaker_threshold": 2, "breaker_reset_s": 0.01, "rate_limit_per_s": 0}


@pytest.fixture
def redis(stack: EmbeddedStack) -> Iterator[Store]:
    """Give the Redis of the session, to be frozen or killed; it runs again afterwards."""
    assert stack.redis is not None
    yield from revived(stack.redis)


@pytest.fixture
def postgres(stack: EmbeddedStack) -> Iterator[Store]:
    """Give the PostgreSQL of the session in the same way."""
    assert stack.postgres is not None
    yield from revived(stack.postgres)


def revived(store: Store) -> Iterator[Store]:
    """Bring a store back, whatever a test has done to it."""
    yield store
    if store.process.is_running:
        store.process.thaw()
    else:
        store.start()


async def post(server: RunningServer, index: int, key: str | None = None) -> httpx.Response:
    """Ask for a number."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return await server.client.post(f"/api/v1/fibonacci/{index}", headers=headers)


async def breaker(server: RunningServer, store: str) -> str:
    """Tell the state of a store's breaker."""
    return str((await server.client.get("/readyz")).json()["checks"][store]["breaker"])


async def until_accepted(server: RunningServer, index: int) -> None:
    """Ask until it is accepted: the store is back, and the breaker has noticed."""
    async with asyncio.timeout(PATIENCE_S):
        while (await post(server, index)).status_code == 503:
            pass


async def test_redis_dies_and_returns(start: Start, redis: Store) -> None:
    """Without Redis: refused for certain, breaker open; with it again: closed, nothing miscounted.

    What is remembered is served all the time.
    """
    async with start(**TOUCHY) as server:
        await server.store(40)
        assert (await server.client.get("/api/v1/fibonacci/40")).status_code == 200
        redis.process.kill()
        for _ in range(3):
            answer = await post(server, 41)
            assert answer.status_code == 503
            assert answer.json()["type"] == "/problems/dependency-unavailable"
            assert answer.json()["definite"] is True
            assert int(answer.headers["retry-after"]) >= 1
        assert (await server.client.get("/readyz")).status_code == 503
        assert await breaker(server, "redis") in {"open", "half-open"}
        assert (await server.client.get("/api/v1/fibonacci/40")).status_code == 200
        assert (await server.client.get("/livez")).status_code == 200
        redis.start()
        await until_accepted(server, 42)
        assert await breaker(server, "redis") == "closed"
        assert [index for _, index in await server.rows()] == [42]


@pytest.mark.parametrize(
    ("deadline_s", "problem"), [(30.0, "dependency-unavailable"), (0.2, "deadline-exceeded")]
)
async def test_redis_freezes(start: Start, redis: Store, deadline_s: float, problem: str) -> None:
    """A Redis that accepts and never answers is given up by its own limit, or by the deadline."""
    async with start(request_deadline_s=deadline_s) as server:
        redis.process.freeze()
        for method in ("POST", "GET"):
            answer = await server.client.request(method, "/api/v1/fibonacci/40")
            assert (answer.status_code, answer.json()["type"]) == (503, f"/problems/{problem}")
            # A GET never counts; a POST that Redis holds up has not been counted yet.
            assert answer.json()["definite"] is (method == "GET" or deadline_s > 1)
        assert (await server.client.get("/readyz")).json()["checks"]["redis"]["usable"] is False
        redis.process.thaw()
        await until_accepted(server, 40)


async def test_full_redis(server: RunningServer) -> None:
    """Where Redis has no memory left a request is refused whole."""
    execute = server.parts.redis.execute
    _, limit = cast("list[bytes]", await execute("CONFIG", "GET", "maxmemory"))
    await execute("CONFIG", "SET", "maxmemory", 1)
    try:
        answer = await post(server, 40)
        assert (answer.status_code, answer.json()["definite"]) == (503, True)
    finally:
        await execute("CONFIG", "SET", "maxmemory", limit)
    assert await server.rows() == []
    assert await server.waiting_jobs() == 0
    assert (await post(server, 40)).status_code == 202


async def test_flushed_scripts(server: RunningServer) -> None:
    """Nobody notices when Redis forgets the scripts."""
    await post(server, 40)
    await server.parts.redis.execute("SCRIPT", "FLUSH")
    assert (await post(server, 41)).status_code == 202
    assert (await server.client.get("/api/v1/fibonacci/41")).status_code == 202


@pytest.mark.parametrize("deadline_s", [30.0, 0.2])
async def test_postgres_freezes(start: Start, postgres: Store, deadline_s: float) -> None:
    """A commit without an answer may have happened, and says so; a read never counts.

    Nothing hangs beyond its limit or the deadline, though asyncpg waits to be cancelled.
    """
    async with start(request_deadline_s=deadline_s) as server:
        await server.store(40)
        postgres.process.freeze()
        answer = await post(server, 44)
        assert (answer.status_code, answer.json()["definite"]) == (503, False)
        counting, *reading = await asyncio.gather(
            post(server, 40, "again"),
            server.client.get("/api/v1/fibonacci/43"),
            server.client.get("/api/v1/fibonacci/most-requested"),
        )
        assert {answer.status_code for answer in (counting, *reading)} == {503}
        assert [answer.json()["definite"] for answer in reading] == [True, True]
        assert (await server.client.get("/api/v1/fibonacci/40")).status_code == 200
        assert (await server.client.get("/readyz")).json()["checks"]["postgres"]["usable"] is False
        postgres.process.thaw()
        await until_accepted(server, 41)
        assert (await post(server, 40, "again")).status_code == 200
        assert [row for row in await server.rows() if row[0] == "key:again"] == [("key:again", 40)]


async def test_postgres_dies_and_returns(start: Start, postgres: Store) -> None:
    """Without PostgreSQL nothing is accepted, what is known is served; then all goes on."""
    async with start(**TOUCHY) as server:
        await server.store(40)
        await server.client.get("/api/v1/fibonacci/40")
        postgres.process.kill()
        for _ in range(3):
            assert (await post(server, 41)).status_code == 503
        assert (await server.client.get("/api/v1/fibonacci/most-requested")).status_code == 503
        assert (await server.client.get("/api/v1/fibonacci/40")).status_code == 200
        assert await breaker(server, "postgres") in {"open", "half-open"}
        postgres.start()
        await until_accepted(server, 42)
        assert await breaker(server, "postgres") == "closed"
        assert 42 in {index for _, index in await server.rows()}


async def test_redis_dies_during_a_wait(server: RunningServer, redis: Store) -> None:
    """A request that was counted is accepted, even where its value cannot be waited for."""
    asked = asyncio.create_task(
        server.client.post("/api/v1/fibonacci/40", headers={"Prefer": "wait=20"})
    )
    await server.drain.held.wait()
    redis.process.kill()
    answer = await asked
    assert (answer.status_code, answer.json()) == (202, {"index": 40, "status": "calculating"})
    assert await server.count(40) == 1
