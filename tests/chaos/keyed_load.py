"""Clients that repeat each request with its key until it is accepted, and what they are owed."""

import itertools
import threading
from collections.abc import Callable
from typing import Self

import httpx

from .system import Served, System, fibonacci

#: Clients that ask all the time.
CLIENTS = 4

#: Requests for each new index, where the test does not say for which index to ask.
REQUESTS_PER_INDEX = 2

#: Seconds within which the next requests must have been accepted.
PATIENCE_S = 60

#: Numbers of requests, never used twice; the indices made of them are computed, not remembered.
_numbers = itertools.count(REQUESTS_PER_INDEX * 2_000)


def _new_index(number: int) -> int:
    return number // REQUESTS_PER_INDEX


class KeyedLoad:
    """What was accepted is in `accepted`: the index by request id.

    `index_of` tells for which index a request is, by its number.
    """

    def __init__(
        self,
        served: Served,
        *,
        clients: int = CLIENTS,
        index_of: Callable[[int], int] = _new_index,
    ) -> None:
        self._served = served
        self._index_of = index_of
        self.accepted: dict[str, int] = {}
        self._over = threading.Event()
        self._grown = threading.Condition()
        self._clients = [threading.Thread(target=self._client) for _ in range(clients)]

    def __enter__(self) -> Self:
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for client in self._clients:
            client.join()

    def _client(self) -> None:
        with httpx.Client(base_url=self._served.client.base_url, timeout=PATIENCE_S) as client:
            while not self._over.is_set():
                number = next(_numbers)
                self._ask(client, f"load-{number}", self._index_of(number))

    def _ask(self, client: httpx.Client, key: str, index: int) -> None:
        sent = {"Idempotency-Key": key}
        while (
            answer := client.post(f"/api/v1/fibonacci/{index}", headers=sent)
        ).status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
        assert answer.status_code in {200, 202}, answer.text
        with self._grown:
            self.accepted[f"key:{key}"] = index
            self._grown.notify_all()

    def goes_on(self, by: int = 40) -> None:
        """Wait until so many more requests were accepted."""
        with self._grown:
            goal = len(self.accepted) + by
            assert self._grown.wait_for(lambda: len(self.accepted) >= goal, PATIENCE_S)


def settled(system: System, served: Served, accepted: dict[str, int]) -> None:
    """Hold ledger, counts and values against what clients were told; each row is closed at last."""
    for index in sorted(set(accepted.values())):
        assert served.until_done(index) == fibonacci(index)
    while any(state == "open" for _, state in system.rows().values()):
        assert all(service.is_running for service in system.services)
    assert {state for _, state in system.rows().values()} == {"done"}
    counted_once(system, accepted)


def counted_once(system: System, accepted: dict[str, int]) -> None:
    """Hold ledger and counts against what clients were told."""
    rows = {request: index for request, (index, _) in system.rows().items()}
    assert accepted.items() <= rows.items()
    counts, indices = system.counts(), list(rows.values())
    for index in set(indices):
        assert counts[index] == indices.count(index)
