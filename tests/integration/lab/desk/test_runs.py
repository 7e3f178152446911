"""Experiments run from the page: one at a time, followed live, and nothing left of them."""

import json
import re
from typing import Any

import psutil
import pytest
from tests.integration.server.raw_http import ask, request

from fiblab.lab.desk import stage_process
from fiblab.lab.desk.catalogue import right_choice

from .conftest import Desk, Open


async def state_of(desk: Desk, run: str) -> dict[str, Any]:
    """Find a run in the list."""
    items = (await desk.get("/runs")).json()["items"]
    return next(item for item in items if item["run"] == run)


async def finished(desk: Desk, ending: str, **asked: object) -> str:
    """Let a run go to its end."""
    run = await desk.begin(ending, **asked)
    await desk.listen(run)
    while (await state_of(desk, run))["state"] == "running":
        pass
    return run


async def told(desk: Desk, run: str, pattern: str) -> str:
    """Listen until a run that goes on tells this; return what the group matched."""
    async with desk.client.stream("GET", f"/api/v1/lab/runs/{run}/stream") as answer:
        async for line in answer.aiter_lines():
            if found := re.search(pattern, line):
                return found[1]
    pytest.fail(f"the run ended and told nothing like {pattern}")


def data_of(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Read what events carry."""
    return [json.loads(event["data"]) for event in events]


async def test_a_run_is_followed_line_by_line(desk: Desk) -> None:
    """Each line is an event of its type, numbered from 1 on; the last one is the verdict."""
    run = await desk.begin("ends")
    events = await desk.listen(run)
    assert [event["id"] for event in events] == ["1", "2", "3", "4", "5"]
    assert [event["event"] for event in events] == ["begin", "stage", "check", "check", "end"]
    first, *_, last = data_of(events)
    assert (first["type"], first["run"]) == ("begin", run)
    assert (last["outcome"], last["why"]) == ("valid", "It held.")
    assert (await state_of(desk, run))["outcome"] == "valid"


async def test_a_stream_goes_on_where_it_was_cut(desk: Desk) -> None:
    """Last-Event-ID leaves out what is known; who knows all is told not to come back."""
    run = await finished(desk, "ends")
    assert [event["id"] for event in await desk.listen(run, after=3)] == ["4", "5"]
    answer = await desk.get(f"/runs/{run}/stream", headers={"Last-Event-ID": "5"})
    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_place_that_is_none(desk: Desk) -> None:
    """What is no line's number is refused."""
    run = await finished(desk, "ends")
    for shown in ("x", "-1", "1.5", "9999999999", "1732000000000-0"):
        answer = await desk.get(f"/runs/{run}/stream", headers={"Last-Event-ID": shown})
        assert answer.status_code == 422, shown
        assert answer.json()["errors"][0]["field"] == "Last-Event-ID"


async def test_lines_come_as_they_are_written(desk: Desk) -> None:
    """A listener sees a run begin while it goes on."""
    run = await desk.begin("waits")
    await told(desk, run, "event: (stage)")
    assert (await state_of(desk, run))["state"] == "running"


async def test_the_bundle_is_there_when_the_run_has_ended(desk: Desk) -> None:
    """Not before, and to be kept under its name."""
    running = await desk.begin("waits")
    answer = await desk.get(f"/runs/{running}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-run")
    await desk.post(f"/runs/{running}/cancel")
    await desk.listen(running)
    while (await state_of(desk, running))["state"] == "running":
        pass

    run = await finished(desk, "ends")
    answer = await desk.get(f"/runs/{run}", params={"download": "1"})
    assert answer.json() == {"format": 1, "run": run}
    disposition = answer.headers["content-disposition"]
    assert disposition == f'attachment; filename="fiblab-{run}.json"'
    assert "content-disposition" not in (await desk.get(f"/runs/{run}")).headers


async def test_a_run_that_there_is_not(desk: Desk) -> None:
    """No name becomes a path out of the folder."""
    for name in ("unknown", "..", "..%2Fanswers", "%2e%2e%2fanswers", "A", "x" * 101):
        for rest in ("", "/stream"):
            answer = await ask(desk.port, request("GET", f"/api/v1/lab/runs/{name}{rest}"))
            assert (answer.status, answer.problem) in {(404, "no-such-run"), (404, "not-found")}


async def test_one_runs_at_a_time(desk: Desk) -> None:
    """A second one is refused, and the first goes on; when it is over, another may begin."""
    first = await desk.begin("waits")
    answer = await desk.post("/runs", {"experiment": "crash", "seed": 1})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/run-under-way")
    assert first in answer.json()["detail"]
    await desk.post(f"/runs/{first}/cancel")
    await desk.listen(first)
    await finished(desk, "ends")


async def test_cancel_lets_it_heal(desk: Desk) -> None:
    """It is asked, says what it has healed, and is kept as cancelled, without a verdict."""
    run = await desk.begin("waits")
    await told(desk, run, "event: (stage)")
    for _ in range(2):
        assert (await desk.post(f"/runs/{run}/cancel")).status_code == 202
    lines = data_of(await desk.listen(run))
    assert [line["type"] for line in lines] == ["begin", "stage", "healed", "end"]
    assert (lines[-1]["outcome"], lines[-1]["why"]) == ("unclear", "The run was cancelled.")
    item = await state_of(desk, run)
    assert item["state"] == "cancelled"
    assert "outcome" not in item


async def test_what_does_not_let_itself_be_cancelled(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed after its time, and its children with it."""
    monkeypatch.setattr(stage_process, "HEALING_LIMIT_S", 0.1)
    run = await desk.begin("deaf")
    child = int(await told(desk, run, r"child (\d+)"))
    await desk.post(f"/runs/{run}/cancel")
    assert data_of(await desk.listen(run))[-1]["why"] == "The run was cancelled."
    assert not is_alive(child)


def is_alive(pid: int) -> bool:
    """Ask the system; one that nobody has waited for yet is dead."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_no_run_outlives_the_desk(open_desk: Open) -> None:
    """Its end is the run's end, in order; the next desk knows of it."""
    async with open_desk() as desk:
        run = await desk.begin("waits")
        stage = next(child for child in psutil.Process().children() if run in child.cmdline())
    assert not is_alive(stage.pid)
    async with open_desk() as desk:
        assert (await state_of(desk, run))["state"] == "cancelled"


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        ("crashes", "The run's process ended with 1 before its verdict."),
        ("babbles", "The run told what is no line of a run."),
    ],
)
async def test_a_run_that_fails_says_so(desk: Desk, ending: str, why: str) -> None:
    """Its stream ends in an `end` all the same, its state is `failed`, and another may begin."""
    run = await desk.begin(ending)
    last = data_of(await desk.listen(run))[-1]
    assert (last["type"], last["outcome"]) == ("end", "unclear")
    assert last["why"] == f"{why} Its log is lab/runs/{run}.log in the lab's data folder."
    assert (await state_of(desk, run))["state"] == "failed"
    await finished(desk, "ends")


async def test_a_run_knows_nothing_of_the_stores_of_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No setting of this server reaches it: it breaks a system of its own."""
    monkeypatch.setenv("FIBLAB_REDIS_URL", "redis://secret")
    run = await desk.begin("ends")
    assert data_of(await desk.listen(run))[0]["settings"] == []


async def test_a_seed_is_drawn_where_none_is_given(desk: Desk) -> None:
    """And told, so that the run can be repeated."""
    answer = await desk.post("/runs", {"experiment": "crash"})
    item = await state_of(desk, answer.json()["run"])
    assert isinstance(item["seed"], int)


#: What is asked, and the field that is wrong with it; None: there is no such experiment.
CANNOT_BE_RUN: list[tuple[dict[str, object], str | None]] = [
    ({}, "body"),
    ({"experiment": 1}, "experiment"),
    ({"experiment": "crash", "seed": -1}, "seed"),
    ({"experiment": "crash", "seed": 2**53}, "seed"),
    ({"experiment": "crash", "seed": "1"}, "seed"),
    ({"experiment": "crash", "choice": 99}, "choice"),
    ({"experiment": "crash", "choice": -1}, "choice"),
    ({"experiment": "crash", "twin": False}, "body"),
    ({"experiment": "unknown"}, None),
    ({"experiment": "../crash"}, None),
    ({"experiment": "--seed"}, None),
]


async def test_what_cannot_be_run(desk: Desk) -> None:
    """It is refused, the field named, and nothing runs."""
    for asked, field in CANNOT_BE_RUN:
        answer = await desk.client.post("/api/v1/lab/runs", json=asked)
        assert answer.status_code == (422 if field else 404), asked
        errors = [error["field"] for error in answer.json().get("errors", [])]
        assert errors == ([field] if field else [])
    assert (await desk.get("/runs")).json() == {"items": []}


async def test_predictions_are_kept(desk: Desk) -> None:
    """What was predicted goes to the run, and stands beside its outcome, right or wrong."""
    right = right_choice("crash")
    run = await finished(desk, "ends", choice=right)
    assert data_of(await desk.listen(run))[0]["choice"] == right
    last = (await desk.get("/experiments/crash")).json()["last"]
    assert (last["run"], last["outcome"]) == (run, "valid")
    assert (last["choice"], last["right"]) == (right, True)

    await finished(desk, "ends", choice=(right + 1) % 3)
    (listed,) = [
        item for item in (await desk.get("/experiments")).json()["items"] if item["id"] == "crash"
    ]
    assert listed["last"]["right"] is False


async def test_a_run_without_a_verdict_is_no_last_one(desk: Desk) -> None:
    """A cancelled or failed run leaves what was known of the experiment."""
    run = await finished(desk, "ends")
    await finished(desk, "crashes")
    assert (await desk.get("/experiments/crash")).json()["last"]["run"] == run
