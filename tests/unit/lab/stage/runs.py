"""Small runs, made by hand: one arm with, one without, of the crash experiment."""

from fiblab.lab.experiments.crash import EXPERIMENT
from fiblab.lab.stage.lines import Arm, ArmKept, Bundle, Happening, Judged, Outcome


def judged(arm: Arm, check: str, *, holds: bool | None) -> Judged:
    """Make a judgement with a line of evidence."""
    return Judged(arm, check, f"{check} says", holds, (f"evidence of {check}",))


def arm_kept(arm: Arm, **checks: bool | None) -> ArmKept:
    """Make what is kept of an arm; `nothing_lost=True` is the check nothing-lost, green."""
    made = tuple(judged(arm, name.replace("_", "-"), holds=holds) for name, holds in checks.items())
    happening = Happening(arm, 5, "queue", "claimed", job="40", who="worker-1", detail="1")
    return ArmKept((happening,), made, {"FIBLAB_VISIBILITY_TIMEOUT_S": "2"})


def bundle(outcome: Outcome = "valid", **arms: ArmKept) -> Bundle:
    """Make a bundle of arms; `without_=…` is the twin's."""
    kept: dict[Arm, ArmKept] = {"with": arms["with_"]}
    if "without_" in arms:
        kept["without"] = arms["without_"]
    return Bundle(
        format=1,
        run="crash-7",
        experiment=EXPERIMENT.described(with_answer=True),
        seed=7,
        arms=kept,
        outcome=outcome,
        why="Because.",
        versions={},
        started_at="2026-01-01T00:00:00.000Z",
        ended_at="2026-01-01T00:00:20.000Z",
    )
