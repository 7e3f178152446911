"""Invariants 3, 11 and 12: when all is settled nothing is owed or held, and reasons are kept."""

from collections.abc import Mapping
from typing import NamedTuple

from fiblab.lab.checker.evidence import Evidence
from fiblab.lab.checker.history import Exchange
from fiblab.lab.checker.ledger_contents import Row
from fiblab.lab.checker.rules.outcomes import Outcome, outcome_of
from fiblab.lab.checker.structure import Structure
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
        self._perhaps: set[int] = set()
        """Indices in requests of unknown outcome: those may have left a job, and no row."""

    def see(self, exchange: Exchange, _findings: Findings) -> None:
        """Note how an index stood."""
        if exchange.call in {"request", "request_range"}:
            if outcome_of(exchange) is Outcome.UNKNOWN:
                self._perhaps.update(range(exchange.first, exchange.last + 1))
            return
        if exchange.call != "look_up":
            return
        if exchange.problem == "absent":
            self._last[exchange.first] = _Seen(exchange.number, "absent", "")
        for item in exchange.items:
            self._last[item.index] = _Seen(exchange.number, item.status, item.reason)

    def conclude(self, evidence: Evidence, findings: Findings) -> None:
        """Compare with the ledger and with what Redis holds."""
        rows, structure = evidence.ledger.rows, evidence.redis.structure
        _check_rows(rows, findings)
        indices = {row.index for row in rows.values()}
        for index in indices:
            self._judge(index, findings)
        findings.examined(3, len(rows), f"ledger rows, {len(indices):,} indices read at the end")
        self._check_dead_letters(rows, indices, structure, findings)
        _check_idle(structure, findings)

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

    def _check_dead_letters(
        self,
        rows: Mapping[str, Row],
        indices: set[int],
        structure: Structure,
        findings: Findings,
    ) -> None:
        """Look for the reason of each dead letter in PostgreSQL; its job's id is its index."""
        with_reason = {row.index for row in rows.values() if row.state == "failed"}
        owed = indices - with_reason - self._perhaps
        dead = set(structure.dead)
        for index in sorted(owed):
            seen = self._last.get(index)
            if str(index) in dead and seen is not None and seen.status == "failed":
                what = "a dead letter's reason is not kept in the ledger"
                findings.breach(11, what, f"index {index}", f"exchange {seen.number}")
        findings.examined(11, len(dead), "dead letters at the end")


def _check_rows(rows: Mapping[str, Row], findings: Findings) -> None:
    for name, row in rows.items():
        if row.state == "open":
            what = "an accepted request has neither its value nor a reason at the end"
            findings.breach(3, what, f"row {name}", f"index {row.index}")
        elif row.state == "failed" and not (row.category and row.has_detail):
            what = "an accepted request failed without a reason"
            findings.breach(3, what, f"row {name}", f"index {row.index}")


def _check_idle(structure: Structure, findings: Findings) -> None:
    for job in structure.leased:
        findings.breach(12, "a job is leased although all is settled", f"job {job}")
    for job in structure.jobs:
        if job not in structure.leased:
            findings.breach(12, "a job is left although all is settled", f"job {job}")
    findings.examined(12, structure.job_count, "jobs and leases left at the end")
