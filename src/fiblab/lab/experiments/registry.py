"""Every experiment, in the order in which they are learnt."""

from fiblab.lab.experiments import crash
from fiblab.lab.stage.experiment import Experiment

EXPERIMENTS: tuple[Experiment, ...] = (crash.EXPERIMENT,)


def experiment(name: str) -> Experiment:
    """Give the experiment of that id; KeyError where there is none."""
    return {one.id: one for one in EXPERIMENTS}[name]
