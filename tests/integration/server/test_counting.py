"""Each accepted request counts once, whatever is repeated or refused; the counts as a list."""

import asyncio

import pytest

from .conftest import RunningServer, Start


async def test_repeated_key_counts_once(server: RunningServer) -> None:
    """A request that is repeated with its key answers again, and is counted once."""
    headers = {"Idempotency-Key": "3f1c-a"}
    first = await server.client.post("/api/v1/fibonacci/40", headers=headers)
    await server.work()
    second = await server.client.post("/api/v1/fibonacci/40", headers=headers)
    assert (first.status_code, second.status_code) == (202, 200)
    assert await server.count(40) == 1


async def test_simultaneous_repetitions_count_once(server: RunningServer) -> None:
    """A hundred at once with one key are all accepted and count one."""
    headers = {"Idempotency-Key": "all"}
    answers = await asyncio.gather(
        *(server.client.post("/api/v1/fibonacci/40", headers=headers) for _ in range(100))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert await server.count(40) == 1


async def test_one_key_for_many_indices_at_once(server: RunningServer) -> None:
    """Of requests that share a key by mistake, exactly one index is accepted and counted."""
    headers = {"Idempotency-Key": "shared"}
    answers = await asyncio.gather(
        *(server.client.post(f"/api/v1/fibonacci/{i}", headers=headers) for i in range(20))
    )
    accepted = [answer.json()["index"] for answer in answers if answer.status_code == 202]
    assert len(accepted) == 1
    assert await server.rows() == [("key:shared", accepted[0])]
    assert {answer.status_code for answer in answers} == {202, 422}


async def test_key_is_no_request_id(server: RunningServer) -> None:
    """The caller's request id names a request in logs and does not make it a repetition."""
    for _ in range(2):
        await server.client.post("/api/v1/fibonacci/40", headers={"X-Request-ID": "same"})
    assert await server.count(40) == 2


async def test_full_queue_counts_nothing(start: Start) -> None:
    """Where the queue is full a new number is refused, and one that waits already is accepted."""
    async with start(queue_bound=1) as server:
        await server.client.post("/api/v1/fibonacci/40")
        answer = await server.client.post("/api/v1/fibonacci/41")
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/queue-full"
        assert (await server.client.post("/api/v1/fibonacci/40")).status_code == 202
        assert (await server.count(40), await server.count(41)) == (2, 0)


async def test_nothing_was_asked(server: RunningServer) -> None:
    """Without requests the list is empty."""
    answer = await server.client.get("/api/v1/fibonacci/most-requested")
    assert answer.json() == {"items": []}


async def test_most_requested(server: RunningServer) -> None:
    """Most requested first, ties broken by the smaller index, as many as asked for."""
    for index in (9, 7, 8, 7, 9, 5):
        await server.client.post(f"/api/v1/fibonacci/{index}")
    answer = await server.client.get("/api/v1/fibonacci/most-requested", params={"limit": 3})
    assert answer.json() == {
        "items": [{"index": 7, "count": 2}, {"index": 9, "count": 2}, {"index": 5, "count": 1}]
    }


@pytest.mark.parametrize("limit", ["0", "101", "05", "-1", "ten", "", "1&limit=2", "1&page=2"])
async def test_bad_limit(server: RunningServer, limit: str) -> None:
    """A limit is a number from 1 to 100."""
    answer = await server.client.get(f"/api/v1/fibonacci/most-requested?limit={limit}")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
