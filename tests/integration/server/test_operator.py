"""What an operator does: looks into the queue, stops and starts it, handles dead letters."""

import asyncio

import pytest

from fiblab.embedded import EmbeddedStack
from fiblab.queue import Claimant

from .conftest import PATIENCE_S, RunningServer, Start

QUEUE = "/api/v1/queue"
DEAD_LETTERS = "/api/v1/dead-letters"


@pytest.fixture
async def given_up(server: RunningServer) -> RunningServer:
    """Give a server whose queue holds three dead letters, F(3) the latest."""
    for index in (1, 2, 3):
        await server.client.post(f"/api/v1/fibonacci/{index}")
        await server.give_up(f"no luck with {index}")
    return server


async def dead_indices(server: RunningServer) -> list[int]:
    """List the dead letters' indices as the API tells them."""
    return [item["index"] for item in (await server.client.get(DEAD_LETTERS)).json()["items"]]


async def test_depth(server: RunningServer) -> None:
    """Jobs are told per lane and state, with the bound, and how long the next one has waited."""
    await server.client.post("/api/v1/fibonacci/40")
    await server.parts.queue.claim(Claimant.fresh("test", ("light",)), 1)
    await server.client.post("/api/v1/fibonacci/41")
    await server.client.post("/api/v1/fibonacci/5000000")
    depth = (await server.client.get(QUEUE)).json()
    assert [(lane["lane"], lane["ready"]) for lane in depth["lanes"]] == [
        ("light", 1),
        ("heavy", 1),
    ]
    assert all(lane["oldest_s"] >= 0 for lane in depth["lanes"])
    assert (depth["leased"], depth["delayed"], depth["dead"]) == (1, 0, 0)
    assert (depth["bound"], depth["paused"]) == (100_000, False)


async def test_pause_and_resume(server: RunningServer) -> None:
    """While paused nothing is claimed, GET says so, and twice has the effect of once."""
    await server.client.post("/api/v1/fibonacci/40")
    for _ in range(2):
        assert (await server.client.post(f"{QUEUE}/pause")).json() == {"paused": True}
    assert (await server.client.get(QUEUE)).json()["paused"] is True
    assert await server.work() == []
    for _ in range(2):
        assert (await server.client.post(f"{QUEUE}/resume")).json() == {"paused": False}
    assert (await server.client.get(QUEUE)).json()["paused"] is False
    assert await server.work() == [40]


async def test_requests_are_taken_while_paused(server: RunningServer) -> None:
    """Pausing stops workers, not people."""
    await server.client.post(f"{QUEUE}/pause")
    assert (await server.client.post("/api/v1/fibonacci/40")).status_code == 202


async def test_dead_letters_tell_why(given_up: RunningServer) -> None:
    """The latest comes first, with attempts, reason and time, and nothing of its payload."""
    page = (await given_up.client.get(DEAD_LETTERS)).json()
    assert [item["index"] for item in page["items"]] == [3, 2, 1]
    assert "next_cursor" not in page
    latest = page["items"][0]
    assert latest.pop("died_at").endswith("Z")
    reason = {"category": "test", "detail": "no luck with 3"}
    assert latest == {"index": 3, "lane": "light", "attempts": 1, "reason": reason}


async def test_dead_letters_come_in_pages(given_up: RunningServer) -> None:
    """Following next_cursor to its end shows each once."""
    seen, query = [], {"limit": "1"}
    while "cursor" not in query or query["cursor"]:
        page = (await given_up.client.get(DEAD_LETTERS, params=query)).json()
        seen += [item["index"] for item in page["items"]]
        query["cursor"] = page.get("next_cursor", "")
    assert seen == [3, 2, 1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=05", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=-1", "cursor"),
        ("cursor=1&cursor=2", "cursor"),
        ("offset=1", "offset"),
    ],
)
async def test_bad_pages(server: RunningServer, query: str, field: str) -> None:
    """What is no page is refused, and the field named."""
    answer = await server.client.get(f"{DEAD_LETTERS}?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_requeue_one(given_up: RunningServer) -> None:
    """A requeued dead letter is calculated with all its attempts anew."""
    answer = await given_up.client.post(f"{DEAD_LETTERS}/2/requeue")
    assert answer.json() == {"index": 2, "outcome": "requeued"}
    assert await dead_indices(given_up) == [3, 1]
    assert await given_up.work() == [2]
    assert (await given_up.client.get("/api/v1/fibonacci/2")).json()["value"] == "1"


async def test_discard_one(given_up: RunningServer) -> None:
    """A discarded dead letter is gone, and nothing of it waits."""
    answer = await given_up.client.delete(f"{DEAD_LETTERS}/2")
    assert answer.json() == {"index": 2, "outcome": "discarded"}
    assert await dead_indices(given_up) == [3, 1]
    assert await given_up.waiting_jobs() == 0


@pytest.mark.parametrize(("method", "rest"), [("POST", "/requeue"), ("DELETE", "")])
async def test_what_is_no_dead_letter(server: RunningServer, method: str, rest: str) -> None:
    """An index that is none, also one that still waits: 404 that says so, and nothing changes."""
    await server.client.post("/api/v1/fibonacci/40")
    for index in (40, 41):
        answer = await server.client.request(method, f"{DEAD_LETTERS}/{index}{rest}")
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/no-such-dead-letter"
    assert await server.waiting_jobs() == 1


@pytest.mark.parametrize(("method", "rest"), [("POST", "/requeue"), ("DELETE", "")])
async def test_what_is_no_index(server: RunningServer, method: str, rest: str) -> None:
    """An index that is not spelt as one is refused, as everywhere."""
    for index in ("05", "x", "-1", "100000001"):
        answer = await server.client.request(method, f"{DEAD_LETTERS}/{index}{rest}")
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")


async def test_requeue_into_a_full_queue(start: Start) -> None:
    """Where there is no room it stays a dead letter: 503, and when to come back."""
    async with start(queue_bound=1) as server:
        await server.client.post("/api/v1/fibonacci/1")
        await server.give_up("no luck")
        await server.client.post("/api/v1/fibonacci/2")
        answer = await server.client.post(f"{DEAD_LETTERS}/1/requeue")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/queue-full")
        assert int(answer.headers["retry-after"]) >= 1
        assert await dead_indices(server) == [1]


@pytest.mark.parametrize(
    ("call", "done", "waiting"), [("requeue", "requeued", [3, 1]), ("discard", "discarded", [])]
)
async def test_many(given_up: RunningServer, call: str, done: str, waiting: list[int]) -> None:
    """Each is told its outcome in the order named; one that is none keeps no other back."""
    answer = await given_up.client.post(f"{DEAD_LETTERS}/{call}", json={"indices": [3, 7, 1]})
    assert answer.status_code == 200
    outcomes = [(item["index"], item["outcome"]) for item in answer.json()["items"]]
    assert outcomes == [(3, done), (7, "absent"), (1, done)]
    assert await dead_indices(given_up) == [2]
    assert await given_up.work() == waiting


async def test_many_into_a_full_queue(start: Start) -> None:
    """What finds no room says `full` and stays."""
    async with start(queue_bound=1) as server:
        for index in (1, 2):
            await server.client.post(f"/api/v1/fibonacci/{index}")
            await server.give_up("no luck")
        answer = await server.client.post(f"{DEAD_LETTERS}/requeue", json={"indices": [1, 2]})
        assert [item["outcome"] for item in answer.json()["items"]] == ["requeued", "full"]
        assert await dead_indices(server) == [2]


@pytest.mark.parametrize("call", ["requeue", "discard"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"indices": []},
        {"indices": 3},
        {"indices": ["3"]},
        {"indices": [3, True]},
        {"indices": [-1]},
        {"indices": [100_000_001]},
        {"indices": [3, 3]},
        {"indices": list(range(101))},
        {"indices": [3], "force": True},
    ],
    ids=str,
)
async def test_bad_lists(given_up: RunningServer, call: str, body: object) -> None:
    """A list that is none, or holds what is no index or twice the same, changes nothing."""
    answer = await given_up.client.post(f"{DEAD_LETTERS}/{call}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert await dead_indices(given_up) == [3, 2, 1]


async def test_a_lost_reply_is_told_as_unknown(start: Start, stack: EmbeddedStack) -> None:
    """Where Redis may have done it and did not say so, the answer says that, and to repeat it."""
    assert stack.redis is not None
    async with start(request_deadline_s=30.0) as server:
        stack.redis.process.freeze()
        try:
            answer = await server.client.post(f"{QUEUE}/pause")
        finally:
            stack.redis.process.thaw()
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/change-unknown")
        assert answer.json()["definite"] is False
        assert int(answer.headers["retry-after"]) >= 1
        async with asyncio.timeout(PATIENCE_S):
            while (await server.client.post(f"{QUEUE}/pause")).status_code != 200:
                pass  # the connection is being made anew
        assert (await server.parts.queue.depth()).paused is True


async def test_without_redis_nothing_is_changed(start: Start, stack: EmbeddedStack) -> None:
    """Without Redis a change is refused for certain, as a look is."""
    assert stack.redis is not None
    async with start() as server:
        stack.redis.process.kill()
        try:
            for method, address in (
                ("POST", f"{QUEUE}/pause"),
                ("DELETE", f"{DEAD_LETTERS}/1"),
                ("GET", QUEUE),
                ("GET", DEAD_LETTERS),
            ):
                answer = await server.client.request(method, address)
                assert answer.status_code == 503
                assert answer.json()["type"] == "/problems/dependency-unavailable"
                assert answer.json()["definite"] is True
        finally:
            stack.redis.start()
