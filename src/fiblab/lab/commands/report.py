"""Many runs in one table, as a classroom's teacher wants them."""

from collections.abc import Sequence
from typing import Self

import msgspec
from rich.table import Table

from fiblab.lab.stage.lines import Bundle, Outcome


class Row(msgspec.Struct, frozen=True):
    """One run, in a line."""

    started_at: str
    experiment: str
    seed: int
    outcome: Outcome
    predicted: str
    """right, wrong, or nothing."""
    why: str

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """Sum up a bundle."""
        asked = bundle.prediction
        predicted = "" if asked is None else "right" if asked.right else "wrong"
        return cls(
            bundle.started_at,
            bundle.experiment.id,
            bundle.seed,
            bundle.outcome,
            predicted,
            bundle.why,
        )


def summary_table(rows: Sequence[Row]) -> Table:
    """Draw the table, the latest run last."""
    table = Table("Started", "Experiment", "Seed", "Outcome", "Predicted", box=None, pad_edge=False)
    for row in sorted(rows, key=lambda row: row.started_at):
        started = row.started_at[:16].replace("T", " ")
        table.add_row(started, row.experiment, str(row.seed), row.outcome, row.predicted)
    return table
