"""Invariants 3 and 12: once all is settled nothing is owed, nothing is held, reasons are known."""

from typing import NamedTuple

from fiblab.lab.checker.evidence import Evidence
from fiblab.lab.checker.history import Exchange
from fiblab.lab.checker.verdict import Findings


class _Seen(NamedTuple):
    """How an index stood when it was looked up last."""

    number: int
    status: str
    reason: str


class Endings:
    """Sees how each index was looked up last; the runner looks at each once more at the end."""

    def __init__(self) -> None:
        self._last: dict[int, _Seen] = {}

    def see(self, exchange: Exchange, _findings: Findings) -> None:
        """Note how an index stood."""
        if exchange.call != "look_up":
            return
        if exchange.problem == "absent":
            self._last[exchange.first] = _Seen(exchange.number, "absent", "")
        for item in exchange.items:
            self._last[item.index] = _Seen(exchange.number, item.status, item.reason)

    def conclude(self, evidence: Evidence, findings: Findings) -> None:
        """Compare with the ledger and with what Redis holds."""
        rows = evidence.ledger.rows
        for name, row in rows.items():
            if row.state == "open":
                what = "an accepted request has neither its value nor a reason at the end"
                findings.breach(3, what, f"row {name}", f"index {row.index}")
            elif row.state == "failed" and not (row.category and row.has_detail):
                what = "an accepted request failed without a reason"
                findings.breach(3, what, f"row {name}", f"index {row.index}")
        indices = {row.index for row in rows.values()}
        for index in indices:
            self._judge(index, findings)
        findings.examined(3, len(rows), f"ledger rows, {len(indices):,} indices read at the end")
        _check_idle(evidence, findings)

    def _judge(self, index: int, findings: Findings) -> None:
        seen = self._last.get(index)
        if seen is None:
            findings.breach(3, "an accepted index was never looked up", f"index {index}")
            return
        evidence = (f"index {index}", f"exchange {seen.number}", seen.status)
        if seen.status not in {"done", "failed"}:
            what = "an accepted index is neither known nor given up at the end"
            findings.breach(3, what, *evidence)
        elif seen.status == "failed" and not seen.reason:
            findings.breach(3, "an index was given up without a reason", *evidence)


def _check_idle(evidence: Evidence, findings: Findings) -> None:
    held = evidence.redis.structure.leased
    for job in held:
        findings.breach(12, "a job is leased although all is settled", f"job {job}")
    findings.examined(12, len(held), "leases at the end")
