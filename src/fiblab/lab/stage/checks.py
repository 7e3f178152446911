"""Checks that many experiments share; most ask the checker that also judges the chaos run."""

from collections.abc import Callable

from fiblab.lab.checker.invariants import INVARIANTS
from fiblab.lab.stage.experiment import Check, Finding
from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.record import ArmRecord

#: Pieces of evidence that one check shows.
SHOWN_LIMIT = 8


def invariant(number: int, *more: int, name: str, says: str = "") -> Check:
    """Judge by invariants of the protocol, as the checker asserts them."""
    numbers = (number, *more)

    def judge(record: ArmRecord) -> Finding:
        breaches = [breach for breach in record.verdict.breaches if breach.invariant in numbers]
        if breaches:
            return Finding(
                holds=False,
                evidence=[
                    f"{breach.what}: {', '.join(breach.evidence)}"
                    for breach in breaches[:SHOWN_LIMIT]
                ],
            )
        looked_at = [record.verdict.examined.get(one, "") for one in numbers]
        return Finding(holds=True, evidence=[f"examined {text}" for text in looked_at if text])

    return Check(name, says or INVARIANTS[number], judge)


def every(what: Callable[[ArmRecord], list[tuple[bool, str]]], *, name: str, says: str) -> Check:
    """Judge cases, each with its evidence: all must hold; without a case it cannot be told."""

    def judge(record: ArmRecord) -> Finding:
        cases = what(record)
        if not cases:
            return Finding(holds=None, evidence=["nothing happened that this could be told by"])
        broken = [text for holds, text in cases if not holds]
        shown = broken or [text for _, text in cases]
        return Finding(holds=not broken, evidence=shown[:SHOWN_LIMIT])

    return Check(name, says, judge)


def told(happening: Happening) -> str:
    """Write a happening as evidence."""
    job = f"job {happening.job}" if happening.job else ""
    parts = (job, happening.kind, happening.detail, happening.who)
    return f"{happening.at_ms} ms: {' '.join(part for part in parts if part)}"


#: Invariant 3: no accepted request is forgotten.
NOTHING_LOST = invariant(
    3,
    name="nothing-lost",
    says="Every accepted request ends in its value, or among the dead letters with a reason.",
)
#: Invariant 1: the ledger and the counts agree with what was accepted.
COUNTED_ONCE = invariant(
    1, name="counted-once", says="Every accepted request is counted exactly once."
)
#: Invariant 4 in the structures, at every look.
ONE_PLACE = invariant(
    4, name="one-place", says="A job is in exactly one place: ready, leased, delayed, dead or gone."
)
#: Invariant 5 in the events.
ONE_HOLDER = invariant(
    5, name="one-holder", says="Only the worker that holds a job's lease can end it."
)
#: Invariant 6 in the events.
ATTEMPTS_BOUNDED = invariant(
    6, name="attempts-bounded", says="No job is claimed more often than its attempts allow."
)
#: Invariant 7 in what clients read.
RIGHT_VALUES = invariant(
    7, name="right-values", says="Every value that a client reads is the Fibonacci number."
)
