"""One number: asked for, calculated, looked up, given up, lost and found."""

import asyncio
from itertools import chain

import pytest

from .conftest import RunningServer, Start, fibonacci
from .raw_http import exchange, request

IMMUTABLE = "public, max-age=31536000, immutable"


async def test_first_request_is_counted_and_queued(server: RunningServer) -> None:
    """POST of an unknown number answers 202, with one job queued and one row written."""
    answer = await server.client.post("/api/v1/fibonacci/40")
    assert answer.status_code == 202
    assert answer.json() == {"index": 40, "status": "calculating"}
    assert answer.headers["location"] == "/api/v1/fibonacci/40"
    assert answer.headers["retry-after"] == "1"
    assert await server.waiting_jobs() == 1
    assert [index for _, index in await server.rows()] == [40]


async def test_known_number_is_answered_and_counted(server: RunningServer) -> None:
    """POST of a known number answers 200 with the value, counts, and queues nothing."""
    await server.store(40)
    answer = await server.client.post("/api/v1/fibonacci/40")
    assert answer.status_code == 200
    assert answer.json() == {"index": 40, "status": "done", "value": "102334155", "digit_count": 9}
    assert await server.waiting_jobs() == 0
    assert await server.count(40) == 1


async def test_a_thousand_at_once_are_one_job(start: Start) -> None:
    """1,000 simultaneous requests of one number: all accepted, one job, a count of 1,000."""
    async with start(rate_limit_per_s=0) as server:
        requests = [request("POST", "/api/v1/fibonacci/77")] * 10
        last = request("POST", "/api/v1/fibonacci/77", {"Connection": "close"})
        crowd = [exchange(server.port, *requests[1:], last) for _ in range(100)]
        answers = list(chain.from_iterable(await asyncio.gather(*crowd)))
        assert len(answers) == 1_000
        assert {answer.status for answer in answers} == {202}
        assert await server.waiting_jobs() == 1
        assert await server.count(77) == 1_000
        assert len(await server.rows()) == 1_000


@pytest.mark.parametrize("index", [0, 1, 40, 1_000, 1_001, 20_578])
async def test_done(server: RunningServer, index: int) -> None:
    """GET of a known number answers 200 with the value, to be cached for ever."""
    await server.store(index)
    for _ in ("from Redis", "from memory"):
        answer = await server.client.get(f"/api/v1/fibonacci/{index}")
        assert answer.status_code == 200
        value = fibonacci(index)
        assert answer.json() == {
            "index": index,
            "status": "done",
            "value": value,
            "digit_count": len(value),
        }
        assert answer.headers["cache-control"] == IMMUTABLE


async def test_large_number_is_previewed(server: RunningServer) -> None:
    """More than 10,000 digits: the ends of the number and an address, in place of the value."""
    await server.store(100_000)
    answer = await server.client.get("/api/v1/fibonacci/100000")
    digits = fibonacci(100_000)
    assert answer.json() == {
        "index": 100_000,
        "status": "done",
        "digit_count": len(digits),
        "leading": digits[:20],
        "trailing": digits[-20:],
        "digits_url": "/api/v1/fibonacci/100000/digits",
    }


async def test_who_has_it_gets_304(server: RunningServer) -> None:
    """If-None-Match with the ETag of the answer is answered without a body."""
    await server.store(40)
    tag = (await server.client.get("/api/v1/fibonacci/40")).headers["etag"]
    for asked in (tag, f'"other", W/{tag}', "*"):
        answer = await server.client.get("/api/v1/fibonacci/40", headers={"If-None-Match": asked})
        assert (answer.status_code, answer.content) == (304, b"")
    answer = await server.client.get("/api/v1/fibonacci/40", headers={"If-None-Match": '"x"'})
    assert answer.status_code == 200


async def test_absent(server: RunningServer) -> None:
    """GET of what nobody asked for is a problem, and asks for nothing."""
    answer = await server.client.get("/api/v1/fibonacci/40")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/absent"
    assert await server.waiting_jobs() == 0


async def test_calculating(server: RunningServer) -> None:
    """GET of what is queued answers 202 and when to come back."""
    await server.client.post("/api/v1/fibonacci/40")
    answer = await server.client.get("/api/v1/fibonacci/40")
    assert answer.status_code == 202
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["cache-control"] == "no-store"


async def test_failed(server: RunningServer) -> None:
    """GET of a dead letter tells attempts and reason; POST tries again."""
    await server.client.post("/api/v1/fibonacci/40")
    await server.give_up("it is Friday")
    answer = await server.client.get("/api/v1/fibonacci/40")
    assert answer.status_code == 200
    assert answer.json() == {
        "index": 40,
        "status": "failed",
        "attempts": 1,
        "reason": {"category": "test", "detail": "it is Friday"},
    }
    assert (await server.client.post("/api/v1/fibonacci/40")).status_code == 202
    assert await server.waiting_jobs() == 1


async def test_redis_that_forgot_is_repaired_by_reading(server: RunningServer) -> None:
    """GET of what was asked for, and is nowhere in Redis, queues it again and counts nothing."""
    await server.client.post("/api/v1/fibonacci/40")
    await server.parts.redis.execute("FLUSHALL")
    answer = await server.client.get("/api/v1/fibonacci/40")
    assert answer.status_code == 202
    assert await server.waiting_jobs() == 1
    assert await server.count(40) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_corrupt_value_is_never_served(server: RunningServer, method: str) -> None:
    """A wrong value in Redis is dropped and calculated again."""
    await server.client.post("/api/v1/fibonacci/40")
    await server.work()
    await server.store(40, "102334156")
    answer = await server.client.request(method, "/api/v1/fibonacci/40")
    assert answer.status_code == 202
    assert await server.work() == [40]
    answer = await server.client.get("/api/v1/fibonacci/40")
    assert answer.json()["value"] == "102334155"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_wait_ends_when_it_is_known(server: RunningServer, method: str) -> None:
    """Prefer: wait holds the answer until the worker is done: one round trip."""
    await server.client.post("/api/v1/fibonacci/40")
    asked = asyncio.create_task(
        server.client.request(method, "/api/v1/fibonacci/40", headers={"Prefer": "wait=20"})
    )
    await server.drain.held.wait()
    await server.work()
    answer = await asked
    assert answer.status_code == 200
    assert answer.json()["value"] == "102334155"
    assert answer.headers["preference-applied"] == "wait=20"


async def test_wait_is_cut_to_the_limit(start: Start) -> None:
    """A wait beyond the limit is honoured as far as the limit goes, then answered 202."""
    async with start(wait_limit_s=1.0) as server:
        await server.client.post("/api/v1/fibonacci/40")
        answer = await server.client.get("/api/v1/fibonacci/40", headers={"Prefer": "wait=900"})
        assert answer.status_code == 202
        assert answer.headers["preference-applied"] == "wait=1"


async def test_wait_ends_with_the_server(server: RunningServer) -> None:
    """A server that drains lets go of those who wait."""
    await server.client.post("/api/v1/fibonacci/40")
    asked = asyncio.create_task(
        server.client.get("/api/v1/fibonacci/40", headers={"Prefer": "wait=20"})
    )
    await server.drain.held.wait()
    server.drain.begin()
    answer = await asked
    assert answer.status_code == 202
    assert answer.headers["connection"] == "close"


async def test_head_is_get_without_the_body(server: RunningServer) -> None:
    """HEAD answers with GET's headers."""
    await server.store(40)
    got = await server.client.get("/api/v1/fibonacci/40")
    head = await server.client.head("/api/v1/fibonacci/40")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "content-type"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize("coding", ["gzip", "zstd", "identity"])
async def test_long_json_is_compressed_as_asked(server: RunningServer, coding: str) -> None:
    """A body above some 1 kB comes in the coding that is taken, under a tag of its own."""
    await server.store(10_000)
    answer = await server.client.get("/api/v1/fibonacci/10000", headers={"Accept-Encoding": coding})
    assert answer.json()["value"] == fibonacci(10_000)
    assert answer.headers.get("content-encoding", "identity") == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert (coding == "identity") == (answer.headers["etag"] == '"json-10000"')
