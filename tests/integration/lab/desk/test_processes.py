"""The processes of `up`, seen and broken from the page."""

import socket

import msgspec
import psutil
import pytest

from fiblab.cli.foreman import WORKER_LIMIT
from fiblab.embedded.control import Asked
from fiblab.lab.desk import control

from .conftest import Desk

RUNNING = {"redis": "running", "worker": "running", "server": "running"}


async def until(desk: Desk, name: str, state: str) -> dict[str, str]:
    """Look until a process is so; tell how each is then."""
    while True:
        items = (await desk.get("/processes")).json()["items"]
        states = {item["name"]: item["state"] for item in items}
        if states.get(name) == state:
            return states


async def test_processes_are_told_as_they_are(desk: Desk) -> None:
    """In the order in which they were started, each with kind, pid and since when it runs."""
    items = (await desk.get("/processes")).json()["items"]
    assert [(item["name"], item["kind"], item["state"]) for item in items] == [
        ("redis", "redis", "running"),
        ("worker", "worker", "running"),
        ("server", "server", "running"),
    ]
    assert {item["name"]: item["pid"] for item in items} == desk.staff.pids()
    assert all(item["since"].endswith("Z") for item in items)


async def test_kill(desk: Desk) -> None:
    """It is gone in the answer, and comes back as another process."""
    before = desk.staff.pids()["worker"]
    assert await desk.order("worker", "kill") == {**RUNNING, "worker": "ended"}
    assert not psutil.pid_exists(before)
    assert await until(desk, "worker", "running") == RUNNING
    assert desk.staff.pids()["worker"] != before


async def test_freeze_and_thaw(desk: Desk) -> None:
    """The same process stands still and goes on."""
    worker = psutil.Process(desk.staff.pids()["worker"])
    assert await desk.order("worker", "freeze") == {**RUNNING, "worker": "frozen"}
    while worker.status() != psutil.STATUS_STOPPED:
        pass  # the signal is sent by then, and about to be heeded
    assert await desk.order("worker", "thaw") == RUNNING
    while worker.status() == psutil.STATUS_STOPPED:
        pass


async def test_stop_and_start(desk: Desk) -> None:
    """It ends in order, has no pid then, and starts when it is told to."""
    await desk.order("redis", "stop")
    assert await until(desk, "redis", "stopped") == {**RUNNING, "redis": "stopped"}
    items = (await desk.get("/processes")).json()["items"]
    assert [item["name"] for item in items if "pid" not in item] == ["redis"]
    assert await desk.order("redis", "start") == RUNNING


async def test_add(desk: Desk) -> None:
    """One more worker, named by its number, up to a limit."""
    assert await desk.order("worker", "add") == {**RUNNING, "worker-2": "running"}
    for _ in range(WORKER_LIMIT - 2):
        await desk.order("worker", "add")
    answer = await desk.post("/processes/worker/add")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/order-refused")
    assert f"{WORKER_LIMIT} workers" in answer.json()["detail"]


async def test_the_server_is_killed_after_it_has_answered(desk: Desk) -> None:
    """Its answer goes out; then it ends, and comes back."""
    before = desk.staff.pids()["server"]
    assert await desk.order("server", "kill") == RUNNING
    while desk.staff.pids()["server"] == before:
        await desk.get("/processes")


async def test_what_cannot_be_done_is_refused(desk: Desk) -> None:
    """A server that is frozen or stopped could take no order to come back."""
    pids = desk.staff.pids()
    for order in ("server/freeze", "server/thaw", "server/stop", "server/start", "redis/add"):
        answer = await desk.post(f"/processes/{order}")
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/order-refused")
    assert desk.staff.pids() == pids


async def test_what_does_not_run_cannot_be_frozen(desk: Desk) -> None:
    """The refusal says how it is."""
    await desk.order("worker", "stop")
    await until(desk, "worker", "stopped")
    answer = await desk.post("/processes/worker/freeze")
    assert answer.status_code == 409
    assert "it is stopped" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/processes/nobody/kill", "no-such-process"),
        ("/processes/worker-9/kill", "no-such-process"),
        ("/processes/worker/dance", "not-found"),
        ("/processes/worker/KILL", "not-found"),
    ],
)
async def test_what_there_is_not(desk: Desk, path: str, problem: str) -> None:
    """A name or an order that there is not is told, with those that there are."""
    answer = await desk.post(path)
    assert (answer.status_code, answer.json()["type"]) == (404, f"/problems/{problem}")
    assert "worker" in answer.json()["detail"] or "kill" in answer.json()["detail"]


async def test_no_answer_is_told_as_such(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `up` does not answer in time, nobody claims to know whether it obeyed."""
    monkeypatch.setattr(control, "ANSWER_LIMIT_S", 0.05)
    desk.staff.obeys = False
    answer = await desk.post("/processes/worker/freeze")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/no-answer-yet")
    assert answer.json()["definite"] is False
    assert answer.headers["retry-after"] == "1"
    monkeypatch.undo()
    desk.staff.obeys = True
    assert await until(desk, "worker", "frozen") == {**RUNNING, "worker": "frozen"}


async def test_answers_for_an_earlier_desk_are_dropped(desk: Desk) -> None:
    """A desk that was killed amid a question leaves its answer to its successor, which skips it."""
    with socket.fromfd(desk.staff.foreman.fd, socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
        dead.send(msgspec.json.encode(Asked("of-the-dead")))
    assert await desk.order("worker", "freeze") == {**RUNNING, "worker": "frozen"}
