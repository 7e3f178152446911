"""Every experiment, in the order in which they are learnt."""

from fiblab.lab.experiments import (
    corrupt_cache,
    crash,
    double_click,
    flood,
    graceful,
    head_of_line,
    idempotency,
    offload,
    poison,
    postgres_outage,
    redis_amnesia,
    redis_outage,
    retry_storm,
    scale_out,
    stampede,
    zombie,
)
from fiblab.lab.stage.experiment import Experiment

EXPERIMENTS: tuple[Experiment, ...] = (
    offload.EXPERIMENT,
    stampede.EXPERIMENT,
    crash.EXPERIMENT,
    zombie.EXPERIMENT,
    poison.EXPERIMENT,
    retry_storm.EXPERIMENT,
    flood.EXPERIMENT,
    head_of_line.EXPERIMENT,
    redis_outage.EXPERIMENT,
    redis_amnesia.EXPERIMENT,
    postgres_outage.EXPERIMENT,
    double_click.EXPERIMENT,
    corrupt_cache.EXPERIMENT,
    graceful.EXPERIMENT,
    scale_out.EXPERIMENT,
    idempotency.EXPERIMENT,
)


def experiment(name: str) -> Experiment:
    """Give the experiment of that id; KeyError where there is none."""
    return {one.id: one for one in EXPERIMENTS}[name]
