"""The state machine can fail: it finds each of the mistakes listed."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from fiblab.queue import CorruptReply

from .machine import QueueMachine
from .mutant import Mutant
from .mutants import MUTANTS
from .pair import Disagreement
from .test_state_machine import SETTINGS

#: The first failure is enough, whichever it is. All 36 were found in a healthy queue's number of
#: runs with each of 8 seeds; twice that leaves room, because the seed changes with the code.
ONE_FAILURE = settings(SETTINGS, report_multiple_bugs=False, max_examples=2 * SETTINGS.max_examples)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.breaks)
def test_state_machine_finds_mistake(
    mutant: Mutant, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the mistake in the queue's Lua, queue and model disagree, or a reply makes no sense."""
    monkeypatch.setattr("fiblab.queue.queue.load_script", mutant.loader())

    class Machine(QueueMachine):
        url = redis_url

    with pytest.raises((Disagreement, CorruptReply)):
        run_state_machine_as_test(Machine, settings=ONE_FAILURE)
