"""A short run of the whole: real processes, mixed load, all kinds of faults, a verdict."""

from pathlib import Path

import pytest

from fiblab.lab.chaos.report import summary
from fiblab.lab.chaos.run import Options, run_chaos

pytestmark = pytest.mark.chaos

#: Some hundred faults meet some ten thousand requests in this time.
SECONDS = 75


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of connections that were cut on purpose
async def test_nothing_is_lost_and_nothing_is_wrong(folder: Path) -> None:
    """Under load and faults no invariant is breached, and in the end nobody is owed anything."""
    options = Options(seconds=SECONDS, seed=3, rate=400, faults_per_second=1.2, clients=48)
    result = await run_chaos(options, folder / "run")
    assert result.accepted > 0
    assert result.fault_count > 0
    assert result.is_clean, summary(result)
