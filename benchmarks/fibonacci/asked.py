"""Numbers asked of a running system over HTTP, as the page asks: from the question to the answer.

Each round has a system of its own, with empty stores: one that has served other numbers before,
and one whose first request it is.
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

#: Numbers that a system serves before it is measured: they tell it nothing of those above.
OTHERS, OTHER_RANGE, OTHER_LARGE = range(3_000, 3_050), (4_000, 4_040), 1_500_000

JUST_STARTED = "fiblab, just started"

#: Seconds for which the server may hold an answer.
HELD = {"Prefer": "wait=20"}


def measure(rounds: int) -> list[Measurement]:
    """Ask one system after the other."""
    figures = take_turns(
        {OURS: partial(_round, used=True), JUST_STARTED: partial(_round, used=False)}, rounds
    )
    return [Measurement(what, "ms", "less", sides) for what, sides in figures.items()]


def _round(*, used: bool) -> Mapping[str, float]:
    with stores() as both, server_and_worker(both) as client:
        if used:
            serve_others(client)
        results = {FIRST_41: milliseconds(partial(whole_range, client, 0, 40))}
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


def serve_others(client: httpx.Client) -> None:
    """Let a system do once what it will be asked for."""
    for index in (*OTHERS, OTHER_LARGE):
        value_of(client, index)
    whole_range(client, *OTHER_RANGE)


def whole_range(client: httpx.Client, first: int, last: int) -> None:
    """Request a range at once, and look until all of it is there."""
    ends = {"from": first, "to": last}
    items = client.post(f"{API}/ranges", json=ends).json()["items"]
    while any(item["status"] != "done" for item in items):
        items = client.get(API, params=ends).json()["items"]


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
