"""Invariants 1 and 2: what was accepted has its rows, what was refused has none, counts agree.

A request without a key has a row under an id that only the server knows. So the rows without a
key are counted for each index: at least as many as requests were accepted, at most as many more as
have an unknown outcome.
"""

from collections import Counter

from fiblab.lab.checker.evidence import Evidence
from fiblab.lab.checker.history import Exchange
from fiblab.lab.checker.rules.keyed_requests import KEY_PREFIX, KeyedRequests
from fiblab.lab.checker.rules.outcomes import Outcome, outcome_of
from fiblab.lab.checker.verdict import Findings

#: Calls that count.
COUNTING = frozenset({"request", "request_range"})


class AcceptedRequests:
    """Sees every exchange, then the ledger."""

    def __init__(self) -> None:
        self._keyed = KeyedRequests()
        self._accepted: Counter[int] = Counter()
        self._unknown: Counter[int] = Counter()
        self._refused = 0

    def see(self, exchange: Exchange, findings: Findings) -> None:
        """Note what was asked, and what came of it."""
        outcome = outcome_of(exchange)
        self._refused += outcome is Outcome.REFUSED
        if exchange.call == "bad":
            self._see_bad(exchange, outcome, findings)
        elif exchange.call not in COUNTING:
            return
        elif exchange.key:
            self._keyed.see(exchange, outcome, findings)
        elif outcome is not Outcome.REFUSED:
            counter = self._accepted if outcome is Outcome.ACCEPTED else self._unknown
            counter.update(range(exchange.first, exchange.last + 1))

    def _see_bad(self, exchange: Exchange, outcome: Outcome, findings: Findings) -> None:
        evidence = (f"exchange {exchange.number}", f"status {exchange.status}")
        if outcome is Outcome.ACCEPTED:
            findings.breach(2, "a request that no server may accept was accepted", *evidence)
        elif exchange.problem == "internal":
            findings.breach(2, "a bad request made the server fail", *evidence)
        if exchange.key:
            self._keyed.see(exchange, Outcome.REFUSED, findings)

    def conclude(self, evidence: Evidence, findings: Findings) -> None:
        """Compare with the ledger."""
        rows = evidence.ledger.rows
        self._keyed.conclude(rows, findings)
        others = Counter(row.index for name, row in rows.items() if not name.startswith(KEY_PREFIX))
        for index in others.keys() | self._accepted.keys():
            self._judge_index(index, others[index], findings)
        findings.examined(1, self._accepted.total(), "accepted indices without a key")
        findings.examined(2, self._refused, "definite refusals")
        _check_counts(evidence, findings)

    def _judge_index(self, index: int, found: int, findings: Findings) -> None:
        accepted, unknown = self._accepted[index], self._unknown[index]
        numbers = (
            f"index {index}",
            f"{found} rows without a key",
            f"{accepted} accepted",
            f"{unknown} of unknown outcome",
        )
        if found < accepted:
            findings.breach(1, "an accepted request has no ledger row", *numbers)
        if found > accepted + unknown:
            findings.breach(2, "there are ledger rows that no accepted request explains", *numbers)


def _check_counts(evidence: Evidence, findings: Findings) -> None:
    ledger = evidence.ledger
    by_index = Counter(row.index for row in ledger.rows.values())
    for index in by_index.keys() | ledger.counts.keys():
        rows, count = by_index[index], ledger.counts.get(index, 0)
        if rows != count:
            what = "the count of an index is not the number of its ledger rows"
            findings.breach(1, what, f"index {index}", f"{rows} rows", f"counted {count}")
    findings.examined(1, len(ledger.rows), "ledger rows")
