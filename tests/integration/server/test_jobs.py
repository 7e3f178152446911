"""Jobs as an operator looks at them: by state, lane and page, and one with all that happened."""

import asyncio
from importlib.resources import files
from itertools import pairwise

import pytest

from fiblab.queue import Claimant, Failure, Heartbeat

from .conftest import RunningServer, Start

JOBS = "/api/v1/jobs"
LEASED, READY, DELAYED, DEAD, HEAVY = 1, 2, 3, 4, 5_000_000


@pytest.fixture
async def busy(server: RunningServer) -> RunningServer:
    """Give a server whose queue holds a light job in each state, and a heavy one that waits."""
    queue = server.parts.queue
    for index in (LEASED, DELAYED, DEAD, READY, HEAVY):
        await server.client.post(f"/api/v1/fibonacci/{index}")
    leased, delayed, dead = await queue.claim(Claimant.fresh("w", ("light",)), 3)
    await queue.heartbeat([Heartbeat(leased.lease, 0.25)])
    await queue.fail(delayed.lease, Failure("crash", "it broke"))
    await queue.fail(dead.lease, Failure("crash", "no luck", retryable=False))
    return server


async def indices(server: RunningServer, query: str = "") -> list[int]:
    """List the indices of a page."""
    answer = await server.client.get(f"{JOBS}?{query}")
    return [item["index"] for item in answer.json()["items"]]


async def test_jobs_in_each_state(busy: RunningServer) -> None:
    """Each with what there is to tell in its state, and nothing else."""
    page = (await busy.client.get(JOBS)).json()
    assert "next_cursor" not in page
    leased, ready, heavy, delayed, dead = page["items"]
    assert all(item.pop("enqueued_at").endswith("Z") for item in page["items"])
    assert 0 < leased.pop("lease_left_s") <= busy.parts.queue.policy.visibility_timeout_ms / 1_000
    assert delayed.pop("due_in_s") >= 0
    light = {"lane": "light"}
    assert leased == {**light, "index": LEASED, "state": "leased", "attempts": 1, "progress": 0.25}
    assert ready == {**light, "index": READY, "state": "ready", "attempts": 0}
    assert heavy == {"lane": "heavy", "index": HEAVY, "state": "ready", "attempts": 0}
    assert delayed == {**light, "index": DELAYED, "state": "delayed", "attempts": 1}
    reason = {"category": "crash", "detail": "no luck"}
    assert dead == {**light, "index": DEAD, "state": "dead", "attempts": 1, "reason": reason}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=leased", [LEASED]),
        ("state=ready", [READY, HEAVY]),
        ("state=ready&lane=heavy", [HEAVY]),
        ("state=dead&lane=heavy", []),
        ("lane=light", [LEASED, READY, DELAYED, DEAD]),
        ("limit=2", [LEASED, READY]),
        ("limit=2&cursor=2", [HEAVY, DELAYED]),
        ("cursor=100", []),
    ],
)
async def test_jobs_by_state_lane_and_page(
    busy: RunningServer, query: str, expected: list[int]
) -> None:
    """What is asked for is listed, and nothing else."""
    assert await indices(busy, query) == expected


async def test_jobs_come_in_pages(busy: RunningServer) -> None:
    """Following next_cursor to its end shows each once."""
    seen, query = [], {"limit": "2"}
    while "cursor" not in query or query["cursor"]:
        page = (await busy.client.get(JOBS, params=query)).json()
        seen += [item["index"] for item in page["items"]]
        query["cursor"] = page.get("next_cursor", "")
    assert seen == [LEASED, READY, HEAVY, DELAYED, DEAD]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=asleep", "state"),
        ("state=", "state"),
        ("state=gone", "state"),
        ("state=ready&state=dead", "state"),
        ("lane=express", "lane"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=-1", "cursor"),
        ("page=1", "page"),
    ],
)
async def test_bad_queries(server: RunningServer, query: str, field: str) -> None:
    """What is no filter and no page is refused, and the field named."""
    answer = await server.client.get(f"{JOBS}?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_one_job_is_told_with_its_life(busy: RunningServer) -> None:
    """As it stands, and step by step: when, by whom, after how long, and where in the source."""
    life = (await busy.client.get(f"{JOBS}/{LEASED}")).json()
    steps = life["timeline"]
    assert (life["state"], life["progress"], life["older_left_out"]) == ("leased", 0.25, False)
    assert [(step["kind"], step["detail"]) for step in steps] == [
        ("enqueued", "light"),
        ("claimed", "1"),
        ("progress", "0.250"),
    ]
    assert [step.get("worker") for step in steps] == [None, "w", None]
    assert steps[0]["waited_ms"] == 0
    assert [step["waited_ms"] for step in steps[1:]] == [
        later["at_ms"] - step["at_ms"] for step, later in pairwise(steps)
    ]
    for step in steps:
        source = files("fiblab").joinpath(step["source"]["path"]).read_text().splitlines()
        assert f"note('{step['kind']}'" in source[step["source"]["line"] - 1]


async def test_a_job_that_is_done_is_gone(server: RunningServer) -> None:
    """Its events still tell its lane, its attempts and its life."""
    await server.client.post("/api/v1/fibonacci/40")
    await server.work()
    life = (await server.client.get(f"{JOBS}/40")).json()
    steps = life.pop("timeline")
    assert life == {
        "index": 40,
        "attempts": 1,
        "state": "gone",
        "lane": "light",
        "older_left_out": False,
    }
    assert [step["kind"] for step in steps] == ["enqueued", "claimed", "completed"]


async def test_a_job_whose_events_are_trimmed_has_no_steps(busy: RunningServer) -> None:
    """What the queue holds is told all the same."""
    await busy.parts.redis.execute("DEL", busy.parts.queue.keys.events)
    life = (await busy.client.get(f"{JOBS}/{READY}")).json()
    assert (life["state"], life["timeline"]) == ("ready", [])


async def test_a_job_that_nobody_knows(server: RunningServer) -> None:
    """404 that says so; what is no index is refused as everywhere."""
    answer = await server.client.get(f"{JOBS}/40")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-job")
    answer = await server.client.get(f"{JOBS}/05")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")


async def test_many_ask_for_one_job_at_once(start: Start) -> None:
    """Looking through the events is done one after the other, and all are answered."""
    async with start() as server:
        await server.client.post("/api/v1/fibonacci/40")
        lives = await asyncio.gather(*(server.client.get(f"{JOBS}/40") for _ in range(5)))
    assert {life.status_code for life in lives} == {200}
