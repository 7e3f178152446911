"""Computing in real child processes: what ends them, and what is left when they end."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import psutil
import pytest
import sympy

from fiblab.fibonacci import Progress
from fiblab.worker.errors import ChildDied, JobFailed, MemoryLimit, TimeLimit, Unforeseen
from fiblab.worker.executor.child_process import ChildProcess
from fiblab.worker.executor.executor import Executor, Limits

GENEROUS = Limits(time_s=60, memory_bytes=2**32)

#: Takes some seconds: long enough to be interrupted.
LONG = 100_000_000

#: Bytes in which a child starts and in which F(LONG) does not fit.
LITTLE_MEMORY = 80 * 2**20


def unheard(_progress: Progress) -> None:
    """Take no notice of progress."""


def children() -> list[psutil.Process]:
    """List the child processes of this one that compute."""
    found = psutil.Process().children()
    return [child for child in found if "fiblab.worker.executor.child" in child.cmdline()]


def wait_for_death(child: psutil.Process) -> None:
    """Wait until it has ended, whether or not its parent has noticed."""
    with suppress(psutil.NoSuchProcess):
        while child.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.001)


@pytest.fixture
async def executor() -> AsyncIterator[Executor]:
    """Give an executor with limits that nothing here comes to."""
    async with Executor(GENEROUS) as opened:
        yield opened


class Started:
    """Hears the first progress of a computation, which is when it is under way."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self, _progress: Progress) -> None:
        """Take a report."""
        self._event.set()

    async def wait(self) -> None:
        """Wait until the computation is under way."""
        await self._event.wait()


async def test_it_computes_in_one_warm_process(executor: Executor) -> None:
    """Every computation gets the right digits, all from the same process, which stays."""
    indices = (0, 1, 40, 20_000)
    texts = [await executor.compute(index, unheard) for index in indices]
    assert texts == [str(sympy.fibonacci(index)) for index in indices]
    assert len(children()) == 1


async def test_progress_goes_from_0_to_1(executor: Executor) -> None:
    """The reports of the computation arrive, in their order, the last one says that all is done."""
    heard: list[Progress] = []
    await executor.compute(10_000_000, heard.append)
    shares = [progress.done for progress in heard]
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert len(shares) > 3


async def test_killed_child_fails_its_job_and_is_replaced(executor: Executor) -> None:
    """A child that dies in its work is a crash, named by its signal; the next job is served."""
    started = Started()
    job = asyncio.create_task(executor.compute(LONG, started))
    await started.wait()
    (child,) = children()
    child.kill()
    with pytest.raises(ChildDied, match="SIGKILL"):
        await job
    assert await executor.compute(40, unheard) == "102334155"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
async def test_a_child_that_ends_while_it_waits_costs_no_job(
    executor: Executor, number: signal.Signals
) -> None:
    """Nobody was computing: the next job gets a new child, and not its predecessor's failure."""
    await executor.compute(10, unheard)
    (child,) = children()
    child.send_signal(number)
    await asyncio.to_thread(wait_for_death, child)
    assert await executor.compute(10, unheard) == "55"


async def test_time_limit_kills_the_child() -> None:
    """An endless computation costs its time limit, and no more."""
    async with Executor(Limits(time_s=0.05, memory_bytes=2**32)) as impatient:
        with pytest.raises(TimeLimit, match=r"longer than 0\.05 s"):
            await impatient.compute(LONG, unheard)
        assert await impatient.compute(40, unheard) == "102334155"


async def test_memory_limit_ends_the_computation() -> None:
    """Too much memory fails the job, before it could starve the machine."""
    async with Executor(Limits(time_s=60, memory_bytes=LITTLE_MEMORY)) as narrow:
        with pytest.raises(MemoryLimit, match=str(LITTLE_MEMORY)):
            await narrow.compute(LONG, unheard)
        assert await narrow.compute(40, unheard) == "102334155"


async def test_an_exception_in_the_child_is_told(executor: Executor) -> None:
    """A bug in the computation names itself in the dead letter."""
    with pytest.raises(Unforeseen, match="OutOfRange"):
        await executor.compute(10**12, unheard)


async def test_a_child_that_cannot_start_fails_the_job() -> None:
    """What it said on standard error is in the failure, and every call tries anew."""
    async with Executor(Limits(time_s=60, memory_bytes=2**20)) as hopeless:
        for _ in range(2):
            with pytest.raises(JobFailed):
                await hopeless.compute(40, unheard)


async def test_cancelling_kills_the_child(executor: Executor) -> None:
    """A job that nobody waits for any more takes no more of the processor."""
    started = Started()
    job = asyncio.create_task(executor.compute(LONG, started))
    await started.wait()
    (child,) = children()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert not child.is_running()
    assert await executor.compute(40, unheard) == "102334155"


async def test_no_process_is_left_at_the_end() -> None:
    """Closing an executor ends its child, also one that is still being started."""
    async with Executor(GENEROUS):
        pass
    async with Executor(GENEROUS) as used:
        await used.compute(40, unheard)
    assert children() == []


async def test_the_terminals_signals_are_for_the_parent() -> None:
    """Ctrl-C reaches the whole process group, and must not end a job that may still finish."""
    child = await ChildProcess.start(GENEROUS.memory_bytes)
    try:
        started = Started()
        job = asyncio.create_task(child.compute(10_000_000, started))
        await started.wait()
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(child.pid, number)
        assert len(await job) == 2_089_877
    finally:
        await child.kill()
