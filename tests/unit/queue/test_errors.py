"""The queue's error tree: what callers may catch."""

import pytest

import fiblab.queue.errors
from fiblab.queue import CorruptReply, InvalidJob, QueueError
from fiblab.redis import RedisError


@pytest.mark.parametrize("error", [InvalidJob, CorruptReply])
def test_queues_own_errors_are_queue_errors(error: type[Exception]) -> None:
    """One `except QueueError` catches them all, and none that the connection raises."""
    assert issubclass(error, QueueError)
    assert not issubclass(error, RedisError)


@pytest.mark.parametrize("error", [InvalidJob, CorruptReply])
def test_tree_at_the_top_of_the_module_shows_each_error(error: type[Exception]) -> None:
    """With its certainty: whether something may have happened."""
    tree = fiblab.queue.errors.__doc__ or ""
    [line] = [line for line in tree.splitlines() if error.__name__ in line]

    assert "definite: " in line
