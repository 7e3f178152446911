"""Invariant 7: each value that was served or is kept is F(n), as the checker itself computes it."""

from fiblab.lab.checker import reference_values
from fiblab.lab.checker.evidence import Evidence
from fiblab.lab.checker.history import Exchange, Item
from fiblab.lab.checker.verdict import Findings


class RightValues:
    """Sees every item that is done: a value that never is wrong never changes either."""

    def __init__(self) -> None:
        self._compared = 0

    def see(self, exchange: Exchange, findings: Findings) -> None:
        """Compare what the answer shows of each value."""
        for item in exchange.items:
            if item.status != "done":
                continue
            self._compared += 1
            if not _is_right(item):
                evidence = (f"exchange {exchange.number}", f"index {item.index}")
                findings.breach(7, "a value was served that is not F(n)", *evidence)

    def conclude(self, evidence: Evidence, findings: Findings) -> None:
        """Compare the lengths of the values that PostgreSQL keeps."""
        kept = evidence.ledger.digit_counts
        for index, digit_count in kept.items():
            if reference_values.digit_count(index) != digit_count:
                what = "a value is kept whose length is not that of F(n)"
                findings.breach(7, what, f"index {index}", f"{digit_count} digits")
        findings.examined(7, self._compared, "values served")
        findings.examined(7, len(kept), "values kept")


def _is_right(item: Item) -> bool:
    if item.digest:
        return item.digest == reference_values.digest(item.index)
    if not item.digit_count or not item.leading:
        return False  # done, and nothing of the value shown
    shown = (item.digit_count, item.leading, item.trailing)
    return shown == reference_values.ends(item.index, len(item.leading))
