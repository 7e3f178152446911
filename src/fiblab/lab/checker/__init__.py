"""The checker: from the evidence of a run to a verdict on invariants 1 to 14 of the queue.

It shares no code with what it checks: it reads Redis and PostgreSQL by clients of its own, names
their keys and tables once more, and computes Fibonacci numbers by itself.
"""

from fiblab.lab.checker.check import check
from fiblab.lab.checker.evidence import Evidence
from fiblab.lab.checker.verdict import Breach, Verdict

__all__ = ["Breach", "Evidence", "Verdict", "check"]
