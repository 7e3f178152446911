"""How far a computation is between two of its reports."""

from fiblab.fibonacci import Progress
from fiblab.worker.executor.progress_estimate import ProgressEstimate


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_nothing_is_done_before_the_first_report() -> None:
    """Waiting alone is no progress."""
    clock = Clock()
    estimate = ProgressEstimate(clock)
    clock.now += 5
    assert estimate.share() == 0.0


def test_it_moves_on_at_the_pace_so_far() -> None:
    """A fifth in two seconds makes a tenth in each second that follows."""
    clock = Clock()
    estimate = ProgressEstimate(clock)
    clock.now += 2
    estimate.hear(Progress(0.2, until=0.9))
    assert estimate.share() == 0.2
    clock.now += 3
    assert estimate.share() == 0.5


def test_it_never_passes_the_next_report() -> None:
    """However long a step takes, what its end will say is not said before."""
    clock = Clock()
    estimate = ProgressEstimate(clock)
    clock.now += 2
    estimate.hear(Progress(0.2, until=0.4))
    clock.now += 1_000
    assert estimate.share() == 0.4
