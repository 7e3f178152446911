"""The queue does what its model does, whatever clients, workers and time do to it."""

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .machine import QueueMachine

#: The same runs each time, so that a change of the queue is what turns them red.
SETTINGS = settings(
    derandomize=True,
    max_examples=100,
    stateful_step_count=50,
    phases=[Phase.generate],  # add Phase.shrink for the shortest failing run: it takes minutes
    deadline=None,  # a step's time is the machine's, not the queue's
)


def test_queue_agrees_with_its_model(redis_url: str) -> None:
    """After each of thousands of random steps, each made twice, queue and model agree."""

    class Machine(QueueMachine):
        url = redis_url

    run_state_machine_as_test(Machine, settings=SETTINGS)
