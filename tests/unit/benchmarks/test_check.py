"""The check that CI makes fails for a ratio that got worse, and for nothing else."""

import json

import pytest
from benchmarks.check import ENOUGH, KEPT, those_worse


def test_a_ratio_that_got_worse_is_named() -> None:
    """Noise is let pass, a loss is not, and faster is never wrong."""
    kept = {"faster": 1.0, "as it was": 1.0, "noisy": 1.0, "worse": 1.0}
    noisy, worse = ENOUGH + 0.01, ENOUGH - 0.01
    assert those_worse({"faster": 2.0, "as it was": 1.0, "noisy": noisy, "worse": worse}, kept) == {
        "worse"
    }


def test_a_ratio_that_was_never_kept_is_an_error() -> None:
    """Who adds a measurement keeps its ratio as well: `fiblab bench check --keep`."""
    with pytest.raises(KeyError):
        those_worse({"new": 1.0}, {})


def test_every_kept_ratio_can_be_missed() -> None:
    """Each is a positive number, as a kept zero would let everything pass."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert kept
    assert all(ratio > 0 for ratio in kept.values())
