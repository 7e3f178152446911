"""Numbers asked of a running system over HTTP, as the page asks: from the question to the answer.

Each round has a system of its own, with empty stores. Server and worker have answered nothing but
whether they are ready, and one look at a range that nobody asked for.
"""

from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter

import httpx

from benchmarks.fibonacci.service import server_and_worker
from benchmarks.fibonacci.sides import OURS
from benchmarks.measuring.report import Measurement
from benchmarks.measuring.stores import stores
from benchmarks.measuring.turns import take_turns

API = "/api/v1/fibonacci"

FIRST_41 = "0..40 from an empty Redis to all visible"
DIGITS = "start of digits of F(10,000,000)"

#: One n of each order of magnitude up to 10^6; the greatest computes for longest.
FIRST_RESULTS = (10**3, 10**4, 10**5, 10**6)

#: Seconds for which the server may hold an answer.
HELD = {"Prefer": "wait=20"}


def measure(rounds: int) -> list[Measurement]:
    """Ask one system after the other."""
    figures = take_turns({OURS: _round}, rounds)
    return [Measurement(what, "ms", "less", sides) for what, sides in figures.items()]


def _round() -> Mapping[str, float]:
    with stores() as both, server_and_worker(both) as client:
        client.get(API, params={"from": 0, "to": 40})
        results = {FIRST_41: milliseconds(partial(all_of_41, client))}
        for index in FIRST_RESULTS:
            what = f"first result of F({index:,})"
            results[what] = milliseconds(partial(value_of, client, index))
        results[DIGITS] = milliseconds(partial(start_of_digits, client, 10**7))
        return results


def milliseconds(call: Callable[[], None]) -> float:
    """Return how long a call takes."""
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1_000


def all_of_41(client: httpx.Client) -> None:
    """Request F(0) to F(40) at once, and look until all are there."""
    items = client.post(f"{API}/ranges", json={"from": 0, "to": 40}).json()["items"]
    while any(item["status"] != "done" for item in items):
        items = client.get(API, params={"from": 0, "to": 40}).json()["items"]


def value_of(client: httpx.Client, index: int) -> None:
    """Request one number, and wait for it as the server offers."""
    answer = client.post(f"{API}/{index}").json()
    while answer["status"] != "done":
        answer = client.get(f"{API}/{index}", headers=HELD).json()


def start_of_digits(client: httpx.Client, index: int) -> None:
    """Request one number, wait for it, and read the first of its digits."""
    value_of(client, index)
    with client.stream("GET", f"{API}/{index}/digits") as answer:
        next(answer.iter_bytes())
