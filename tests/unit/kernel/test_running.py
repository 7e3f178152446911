"""The kernel beside other threads: it lets them run, hears them, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import psutil
import pytest

from fiblab.fibonacci import verify

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

#: Takes long enough that another thread gets its turn in between: about 20 ms.
INDEX = 10_000_000


def test_other_threads_run_meanwhile(kernel: ModuleType) -> None:
    """A thread counts on while F(n) is computed, and so the GIL is free.

    Held to the end, it would leave the counter where it stood at the last step before.
    """
    counted = 0
    ended = threading.Event()

    def count() -> None:
        nonlocal counted
        while not ended.is_set():
            counted += 1

    thread = threading.Thread(target=count)
    thread.start()
    seen: list[int] = []
    try:
        kernel.fibonacci_text(INDEX, step_done=lambda: seen.append(counted))
    finally:
        ended.set()
        thread.join()
    assert seen[-1] > seen[-3]


def test_another_thread_cancels(kernel: ModuleType) -> None:
    """A computation that another thread cancels raises Cancelled, before its last step."""
    cancellation = kernel.Cancellation()
    begun, cancelled = threading.Event(), threading.Event()
    steps: list[None] = []

    def cancel() -> None:
        begun.wait()
        cancellation.cancel()
        cancelled.set()

    def step_done() -> None:
        steps.append(None)
        begun.set()
        cancelled.wait()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(kernel.Cancelled, match="nothing was computed"):
        kernel.fibonacci_text(INDEX, cancellation=cancellation, step_done=step_done)
    thread.join()
    assert len(steps) == 1


def test_a_cancellation_that_is_not_asked_for_changes_nothing(kernel: ModuleType) -> None:
    """With a Cancellation that nobody uses the value is the same."""
    text = kernel.fibonacci_text(1000, cancellation=kernel.Cancellation())
    assert text == kernel.fibonacci_text(1000)


def test_steps_are_told_as_their_costs_say(kernel: ModuleType) -> None:
    """There is one call of `step_done` for each cost, and the last steps are the dear ones."""
    for index in (0, 86, 87, 1000, 1_000_000):
        told: list[None] = []
        kernel.fibonacci_text(index, step_done=lambda told=told: told.append(None))
        assert len(told) == len(kernel.step_costs(index))
    *before, last = kernel.step_costs(1_000_000)
    assert 0.5 < last / sum(before) < 1.1


def test_what_a_listener_raises_comes_through(kernel: ModuleType) -> None:
    """An exception of `step_done` ends the computation and is not replaced by another."""
    with pytest.raises(ZeroDivisionError):
        kernel.fibonacci_text(INDEX, step_done=lambda: 1 // 0)


def test_nothing_is_leaked(kernel: ModuleType) -> None:
    """After 300 values computed and 300 cancelled, memory is where it was after the first few."""
    cancellation = kernel.Cancellation()

    def compute_and_cancel(times: int) -> int:
        for _ in range(times):
            verify(100_000, kernel.fibonacci_text(100_000))
            with pytest.raises(ZeroDivisionError):
                kernel.fibonacci_text(100_000, cancellation=cancellation, step_done=lambda: 1 // 0)
        return int(psutil.Process().memory_info().rss)

    before = compute_and_cancel(20)
    # One text of 20 KB left behind each time would be 6 MB, one workspace 25 MB.
    assert compute_and_cancel(300) - before < 4_000_000


@pytest.mark.parametrize("index", [-1, 1_000_000_001, 10**30])
def test_an_index_out_of_range_is_refused(kernel: ModuleType, index: int) -> None:
    """Another index raises ValueError, and says which are taken."""
    with pytest.raises(ValueError, match="from 0 to 1000000000"):
        kernel.fibonacci_text(index)


def test_what_is_no_index_is_refused(kernel: ModuleType) -> None:
    """A text in place of the index, or a truth in place of the cancellation, is a TypeError."""
    with pytest.raises(TypeError, match="must be an int"):
        kernel.fibonacci_text("1000")
    with pytest.raises(TypeError, match="must be a Cancellation"):
        kernel.fibonacci_text(1000, cancellation=True)


def test_unknown_instructions_are_refused(kernel: ModuleType) -> None:
    """Instructions that there are not raise ValueError, and say which there are."""
    with pytest.raises(ValueError, match=r"must be 'portable'.* and not 'neon'"):
        kernel.fibonacci_text(1000, instructions="neon")


#: Leaves 100 MB of address space to a process, and lets it ask for what needs 600 MB, ten times.
WITH_LITTLE_MEMORY = """
import resource, psutil, fiblab_kernel
limit = psutil.Process().memory_info().vms + 100_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for _ in range(10):
    try:
        fiblab_kernel.fibonacci_text(1_000_000_000)
    except MemoryError:
        print("refused")
print(fiblab_kernel.fibonacci_text(100))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_memory_that_is_not_to_be_had_is_a_memory_error(site: Path) -> None:
    """Where memory runs out MemoryError is raised, and what fits is computed as before."""
    ran = subprocess.run(
        [sys.executable, "-c", WITH_LITTLE_MEMORY],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.split() == ["refused"] * 10 + ["354224848179261915075"], ran.stderr
