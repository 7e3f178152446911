"""GET /api/v1/workers: who works, and on what."""

from fiblab.queue import Claimant
from fiblab.queue.attendance import Attendance
from fiblab.queue.roll import Presence

from .conftest import RunningServer

WORKERS = "/api/v1/workers"
SINCE_MS = 1_764_000_000_123


async def be_there(server: RunningServer, name: str) -> None:
    """Say that a worker is there, as it does itself."""
    claimants = (f"{name}:light", f"{name}:heavy-0")
    presence = Presence(name, "host", 4_711, ("light", "heavy"), SINCE_MS, claimants)
    await Attendance(server.parts.redis, server.parts.queue).present(presence)


async def test_nobody(server: RunningServer) -> None:
    """Without workers the list is empty."""
    assert (await server.client.get(WORKERS)).json() == {"items": []}


async def test_who_is_there_and_what_each_holds(server: RunningServer) -> None:
    """Each worker with its process, since when, and the jobs in its hands."""
    await be_there(server, "one")
    await be_there(server, "two")
    await server.client.post("/api/v1/fibonacci/40")
    await server.parts.queue.claim(Claimant.fresh("one:light", ("light",)), 1)
    one, two = (await server.client.get(WORKERS)).json()["items"]
    assert one.pop("seen_s_ago") >= 0
    (held,) = one.pop("holds")
    assert 0 < held.pop("lease_left_s") <= 10
    assert held == {"index": 40, "attempt": 1}
    assert one == {
        "name": "one",
        "host": "host",
        "pid": 4_711,
        "lanes": ["light", "heavy"],
        "since": "2025-11-24T16:00:00.123000Z",
    }
    assert two["holds"] == []


async def test_without_redis(server: RunningServer) -> None:
    """It is a store that the answer needs: 503, definite, and soon."""
    await server.parts.redis.close()
    answer = await server.client.get(WORKERS)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/dependency-unavailable")
