"""What the checks of a run come to."""

from collections.abc import Mapping

from fiblab.lab.stage.experiment import Experiment
from fiblab.lab.stage.lines import Arm, ArmKept, Outcome


def outcome_of(experiment: Experiment, kept: Mapping[Arm, ArmKept]) -> tuple[Outcome, str]:
    """Sum it up: broken outweighs unclear, as a breach is a breach whatever else is not known."""
    broken = [one.says for one in kept["with"].checks if one.holds is False]
    if broken:
        return "broken", f"With the pattern this did not hold: {broken[0]}"
    unknown = [one.says for one in kept["with"].checks if one.holds is None]
    if unknown:
        return "unclear", f"With the pattern it could not be told whether: {unknown[0]}"
    if "without" not in kept:
        return "valid", "With the pattern every check holds; the twin was not played."
    (named,) = [one for one in kept["without"].checks if one.id == experiment.breaks]
    if named.holds is False:
        return "valid", f"Every check holds with the pattern; without it this broke: {named.says}"
    return "unclear", f"Without the pattern this was to break, and did not: {named.says}"
