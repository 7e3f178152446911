"""Invariants 1 and 2 where a key says which row belongs to which request."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from fiblab.lab.checker.history import Exchange
from fiblab.lab.checker.ledger_contents import Row
from fiblab.lab.checker.rules.outcomes import Outcome
from fiblab.lab.checker.verdict import Findings

Ends = tuple[int, int]
"""The first index of a request, and the last."""

#: What the ledger puts before a client's key.
KEY_PREFIX = "key:"


class _Asked:
    """What was seen of one key, kept small: there are a million of them."""

    __slots__ = ("accepted", "number", "perhaps")

    def __init__(self, number: int) -> None:
        self.number = number
        """Of the exchange that first used the key, or first was accepted."""
        self.accepted: Ends | None = None
        self.perhaps: tuple[Ends, ...] = ()


class KeyedRequests:
    """Matches the requests that bear a key with their rows, one by one."""

    def __init__(self) -> None:
        self._asked: dict[str, _Asked] = {}

    def see(self, exchange: Exchange, outcome: Outcome, findings: Findings) -> None:
        """Note a request that bears a key."""
        asked = self._asked.setdefault(exchange.key, _Asked(exchange.number))
        ends = (exchange.first, exchange.last)
        if outcome is Outcome.UNKNOWN and ends not in asked.perhaps:
            asked.perhaps += (ends,)
        if outcome is not Outcome.ACCEPTED:
            return
        if asked.accepted not in {None, ends}:
            what = "one Idempotency-Key was accepted for two different requests"
            findings.breach(
                1, what, f"key {exchange.key}", f"exchanges {asked.number}", exchange.number
            )
        elif asked.accepted is None:
            asked.accepted, asked.number = ends, exchange.number

    def conclude(self, rows: Mapping[str, Row], findings: Findings) -> None:
        """Compare with the ledger."""
        found = Counter(_key_of(name) for name in rows if name.startswith(KEY_PREFIX))
        for key, asked in self._asked.items():
            self._judge(key, asked, rows, found[key], findings)
        for key in found.keys() - self._asked.keys():
            findings.breach(1, "a ledger row bears a key that nobody sent", f"key {key}")
        findings.examined(1, len(self._asked), "requests with a key")

    @staticmethod
    def _judge(
        key: str, asked: _Asked, rows: Mapping[str, Row], found: int, findings: Findings
    ) -> None:
        evidence = (f"key {key}", f"exchange {asked.number}", f"{found} rows")
        if asked.accepted is not None:
            if not found:
                findings.breach(1, "an accepted request has no ledger row", *evidence)
            elif not _fits(key, asked.accepted, rows, found):
                what = "an accepted request's ledger rows are not those of its indices"
                findings.breach(1, what, *evidence, f"asked for {asked.accepted}")
        elif found and not asked.perhaps:
            findings.breach(2, "a definite refusal left a ledger row", *evidence)
        elif found and not any(_fits(key, ends, rows, found) for ends in asked.perhaps):
            what = "a request of unknown outcome left rows other than its own, or a part of them"
            findings.breach(2, what, *evidence, f"asked for {asked.perhaps}")


def _key_of(name: str) -> str:
    """Give the key out of a row's name; no key has a space."""
    return name[len(KEY_PREFIX) :].partition(" ")[0]


def _fits(key: str, ends: Ends, rows: Mapping[str, Row], found: int) -> bool:
    """Tell whether the rows of the key are those of a request for these indices."""
    first, last = ends
    if found != last - first + 1:
        return False
    return all(
        name in rows and rows[name].index == index for name, index in row_names(key, first, last)
    )


def row_names(key: str, first: int, last: int) -> Iterator[tuple[str, int]]:
    """Name the row of each index: the first, the last and each between."""
    indices: Collection[int] = range(first, last + 1)
    for index in indices:
        if index == first:
            yield f"{KEY_PREFIX}{key}", index
        elif index == last:
            yield f"{KEY_PREFIX}{key} last", index
        else:
            yield f"{KEY_PREFIX}{key} {index}", index
