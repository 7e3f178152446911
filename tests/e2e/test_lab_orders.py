"""The page's orders on a real `up`: its own processes, killed, frozen, stopped and brought back."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import psutil
import pytest

from .conftest import Lab, StartLab

pytestmark = [pytest.mark.e2e]

LAB = "/api/v1/lab"


class Page:
    """A client that does as the page does."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        client.headers["X-Fiblab-Lab"] = client.get(LAB).json()["token"]

    def items(self) -> dict[str, dict[str, Any]]:
        """Tell of each process how it is."""
        return named(self.client.get(f"{LAB}/processes"))

    def order(self, name: str, order: str) -> dict[str, dict[str, Any]]:
        """Give an order."""
        return named(self.client.post(f"{LAB}/processes/{name}/{order}", json={}))

    def until(
        self, holds: Callable[[dict[str, dict[str, Any]]], bool]
    ) -> dict[str, dict[str, Any]]:
        """Look until it is so."""
        while not holds(items := self.items()):
            pass
        return items

    def get_value(self, index: int) -> str:
        """Ask for a number and wait for it."""
        address = f"/api/v1/fibonacci/{index}"
        assert self.client.post(address).is_success
        while True:
            answer = self.client.get(address, headers={"Prefer": "wait=20"}).json()
            if answer["status"] == "done":
                return str(answer["value"])


def named(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    """Read a list of processes."""
    assert answer.status_code == 200, answer.text
    return {item["name"]: item for item in answer.json()["items"]}


def states(items: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Tell of each process only its state."""
    return {name: item["state"] for name, item in items.items()}


RUNNING = dict.fromkeys(("postgres", "redis", "worker", "server"), "running")


def test_orders_about_workers(start_lab: StartLab) -> None:
    """Killed and back, frozen and thawed, stopped and started, one more: and jobs get done."""
    with start_lab() as lab, lab.client() as client:
        page = Page(client)
        before = page.items()
        assert states(before) == RUNNING
        assert states(page.order("worker", "kill"))["worker"] == "ended"
        back = page.until(lambda items: items["worker"]["state"] == "running")
        assert back["worker"]["pid"] != before["worker"]["pid"]
        assert page.get_value(90) == "2880067194370816120"

        page.order("worker", "freeze")
        while psutil.Process(back["worker"]["pid"]).status() != psutil.STATUS_STOPPED:
            pass  # the signal is sent by then, and about to be heeded
        assert states(page.order("worker", "thaw")) == RUNNING

        page.order("worker", "stop")
        page.until(lambda items: items["worker"]["state"] == "stopped")
        assert states(page.order("worker", "add"))["worker-2"] == "running"
        assert page.get_value(91) == "4660046610375530309"
        assert states(page.order("worker", "start"))["worker"] == "running"


def test_orders_about_stores(start_lab: StartLab) -> None:
    """Redis and PostgreSQL are killed, frozen, stopped; afterwards all is as it was."""
    with start_lab() as lab, lab.client() as client:
        page = Page(client)
        for store in ("redis", "postgres"):
            page.order(store, "kill")
            page.until(lambda items, store=store: items[store]["state"] == "running")  # type: ignore[misc] # binds it now
            page.order(store, "freeze")
            assert states(page.order(store, "thaw")) == RUNNING
            page.order(store, "stop")
            page.until(lambda items, store=store: items[store]["state"] == "stopped")  # type: ignore[misc] # binds it now
            assert states(page.order(store, "start")) == RUNNING
        while not client.get("/readyz").is_success:
            pass
        assert page.get_value(92) == "7540113804746346429"


def test_a_killed_server_comes_back(start_lab: StartLab) -> None:
    """Its successor obeys as well, with a token of its own."""
    with start_lab() as lab:
        with lab.client() as client:
            page = Page(client)
            before = psutil.Process(page.items()["server"]["pid"])
            with suppress(httpx.TransportError):  # on a busy machine it may die before it answers
                assert states(page.order("server", "kill")) == RUNNING
            token = client.headers["X-Fiblab-Lab"]
        psutil.wait_procs([before])
        page = reopened(lab)
        assert page.client.headers["X-Fiblab-Lab"] != token
        assert states(page.order("worker", "freeze"))["worker"] == "frozen"
        assert states(page.order("worker", "thaw")) == RUNNING
        page.client.close()


def reopened(lab: Lab) -> Page:
    """Reach the server once it is back."""
    while True:
        client = lab.client()
        try:
            return Page(client)
        except httpx.TransportError:
            client.close()


def test_nothing_is_left_frozen(start_lab: StartLab) -> None:
    """`up` ends in order although a store and a worker stand still, and leaves no process."""
    with start_lab() as lab, lab.client() as client:
        page = Page(client)
        page.order("redis", "freeze")
        page.order("worker", "freeze")
        processes = lab.processes()
        assert lab.stop() == 0
        assert [process for process in processes if process.is_running()] == []


def test_the_workers_say_that_they_are_there(start_lab: StartLab) -> None:
    """`GET /api/v1/workers` names those that `up` has started; one that was stopped is gone."""
    with start_lab("--workers", "2") as lab, lab.client() as client:
        page = Page(client)
        expected = {page.items()[name]["pid"] for name in ("worker", "worker-2")}
        while {one["pid"] for one in client.get("/api/v1/workers").json()["items"]} != expected:
            pass
        stopped = page.order("worker-2", "stop")["worker-2"].get("pid")
        page.until(lambda items: items["worker-2"]["state"] == "stopped")
        items = client.get("/api/v1/workers").json()["items"]
        assert {one["pid"] for one in items} == expected - {stopped}
        assert all(one["lanes"] == ["light", "heavy"] for one in items)
