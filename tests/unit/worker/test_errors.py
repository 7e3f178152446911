"""The tree of failures, and what of it reaches the queue."""

from fiblab.worker import errors
from fiblab.worker.errors import DETAIL_LIMIT, JobFailed, TimeLimit


def test_tree_names_every_failure_with_its_category() -> None:
    """The tree at the head of the module is what the module defines."""
    drawn = [line.split()[1:3] for line in (errors.__doc__ or "").splitlines() if "-- " in line]
    defined = [[kind.__name__, kind.category] for kind in JobFailed.__subclasses__()]
    assert drawn == defined


def test_detail_is_cut() -> None:
    """A long message does not fill the stores that keep dead letters."""
    failure = TimeLimit("x" * 10 * DETAIL_LIMIT).failure
    assert failure.detail == "x" * DETAIL_LIMIT
