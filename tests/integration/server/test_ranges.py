"""Many numbers in one call: looked up, asked for as one batch, all or none."""

from typing import Any

import pytest

from .conftest import RunningServer, Start, fibonacci


def statuses(answer: Any) -> list[str]:
    """Give the items' states, in order."""
    return [item["status"] for item in answer.json()["items"]]


async def test_range_is_one_batch(server: RunningServer) -> None:
    """POST of 0 to 40 queues and counts each once; what was done is the same range by GET."""
    answer = await server.client.post("/api/v1/fibonacci/ranges", json={"from": 0, "to": 40})
    assert answer.status_code == 202
    assert answer.headers["location"] == "/api/v1/fibonacci?from=0&to=40"
    assert statuses(answer) == ["calculating"] * 41
    assert sorted(await server.work()) == list(range(41))
    assert [await server.count(index) for index in (0, 20, 40)] == [1, 1, 1]
    answer = await server.client.get(answer.headers["location"])
    assert [item["value"] for item in answer.json()["items"]] == [fibonacci(n) for n in range(41)]


async def test_known_range(server: RunningServer) -> None:
    """POST of a range that is wholly known answers 200 and counts, and queues nothing."""
    for index in (998, 999, 1_000, 1_001, 1_002):
        await server.store(index)
    answer = await server.client.post("/api/v1/fibonacci/ranges", json={"from": 998, "to": 1_002})
    assert answer.status_code == 200
    assert statuses(answer) == ["done"] * 5
    assert len(await server.rows()) == 5
    assert await server.waiting_jobs() == 0


async def test_mixed_range(server: RunningServer) -> None:
    """A range tells of each index as it stands, in order."""
    await server.store(5)
    await server.store(100_000)
    for index in (4, 6):
        await server.client.post(f"/api/v1/fibonacci/{index}")
    await server.give_up("no reason")
    await server.client.post("/api/v1/fibonacci/6")
    answer = await server.client.get("/api/v1/fibonacci", params={"from": 3, "to": 6})
    assert statuses(answer) == ["absent", "failed", "done", "calculating"]
    answer = await server.client.get("/api/v1/fibonacci", params={"from": 99_999, "to": 100_000})
    assert statuses(answer) == ["absent", "done"]
    assert answer.json()["items"][1]["digits_url"] == "/api/v1/fibonacci/100000/digits"


async def test_range_of_one(server: RunningServer) -> None:
    """Both ends may be the same."""
    answer = await server.client.post("/api/v1/fibonacci/ranges", json={"from": 7, "to": 7})
    assert (answer.status_code, statuses(answer)) == (202, ["calculating"])
    assert [index for _, index in await server.rows()] == [7]


async def test_full_queue_takes_no_part_of_a_range(start: Start) -> None:
    """A range that does not fit is refused whole: nothing queued, nothing counted."""
    async with start(queue_bound=3) as server:
        answer = await server.client.post("/api/v1/fibonacci/ranges", json={"from": 1, "to": 4})
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/queue-full"
        assert answer.json()["definite"] is True
        assert int(answer.headers["retry-after"]) >= 1
        assert await server.waiting_jobs() == 0
        assert await server.rows() == []
        answer = await server.client.post("/api/v1/fibonacci/ranges", json={"from": 1, "to": 3})
        assert answer.status_code == 202


async def test_repeated_range_counts_once(server: RunningServer) -> None:
    """The same range with the same key is a replay."""
    for _ in range(2):
        answer = await server.client.post(
            "/api/v1/fibonacci/ranges",
            json={"from": 1, "to": 5},
            headers={"Idempotency-Key": "range"},
        )
        assert answer.status_code == 202
    assert [await server.count(index) for index in range(1, 6)] == [1] * 5


@pytest.mark.parametrize(
    "other", [{"from": 1, "to": 6}, {"from": 2, "to": 5}, {"from": 1, "to": 1}]
)
async def test_key_of_another_range(server: RunningServer, other: dict[str, int]) -> None:
    """A key that stands for one range is refused for any other, and for one index."""
    headers = {"Idempotency-Key": "range"}
    await server.client.post("/api/v1/fibonacci/ranges", json={"from": 1, "to": 5}, headers=headers)
    await server.work()
    answer = await server.client.post("/api/v1/fibonacci/ranges", json=other, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert len(await server.rows()) == 5
    assert await server.waiting_jobs() == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "from"),
        ("from=0", "to"),
        ("from=0&to=05", "to"),
        ("from=0&to=+5", "to"),
        ("from=0&to=", "to"),
        ("from=5&to=0", "to"),
        ("from=0&to=1001", "to"),
        ("from=0&to=100000001", "to"),
        ("from=0&from=1&to=5", "from"),
        ("from=0&to=5&x=1", "x"),
        ("from=%D9%A3&to=5", "from"),
        ("from=0;to=5", "from"),
    ],
)
async def test_bad_query(server: RunningServer, query: str, field: str) -> None:
    """A query that is not exactly two good indices is refused, and the field named."""
    answer = await server.client.get(f"/api/v1/fibonacci?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert answer.json()["definite"] is True


async def test_largest_range(server: RunningServer) -> None:
    """As many indices as the limit says are one batch; one more is refused."""
    answer = await server.client.post("/api/v1/fibonacci/ranges", json={"from": 0, "to": 1_000})
    assert answer.status_code == 202
    assert len(await server.rows()) == await server.waiting_jobs() == 1_001
    answer = await server.client.post("/api/v1/fibonacci/ranges", json={"from": 0, "to": 1_001})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "to")
