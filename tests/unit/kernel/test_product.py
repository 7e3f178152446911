"""fiblab takes the kernel where it is, from its index on, and does without it elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from fiblab.fibonacci import Progress, fibonacci_text
from fiblab.fibonacci.kernel import kernel_is_usable, kernel_text
from fiblab.fibonacci.large import KERNEL_FROM, binary_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    """Let each test look for the kernel, and forget the answer, as others may not have it."""
    kernel_is_usable.cache_clear()
    yield
    kernel_is_usable.cache_clear()


def computed_by(kernel: ModuleType, index: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the indices that the kernel is asked for while fiblab computes one."""
    asked: list[int] = []

    def listening(index: int, **options: object) -> str:
        asked.append(index)
        text: str = kernel._kernel.fibonacci_text(index, **options)  # noqa: SLF001 - listened to
        return text

    monkeypatch.setattr(kernel, "fibonacci_text", listening)
    assert fibonacci_text(index) == binary_text(index)
    return asked


def test_the_kernel_is_taken_from_its_index_on(
    kernel: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From KERNEL_FROM on the kernel computes F(n), if this machine has AVX2; below never."""
    expected = [KERNEL_FROM] if kernel.INSTRUCTIONS == "avx2" else []
    assert computed_by(kernel, KERNEL_FROM, monkeypatch) == expected
    assert computed_by(kernel, KERNEL_FROM - 1, monkeypatch) == []


def test_a_slow_kernel_is_left_alone(kernel: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only the portable code runs, libraries compute F(n)."""
    monkeypatch.setattr(kernel, "INSTRUCTIONS", "portable")
    assert computed_by(kernel, KERNEL_FROM, monkeypatch) == []


def test_without_the_kernel_all_works(kernel: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no package `fiblab_kernel` is, libraries compute F(n)."""
    monkeypatch.setattr("fiblab.fibonacci.kernel.find_spec", lambda _: None)
    assert computed_by(kernel, KERNEL_FROM, monkeypatch) == []


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("index", [87, 1000, 1_000_000])
def test_progress_runs_from_nothing_to_all(index: int) -> None:
    """Reports start at 0.0, rise, say ahead what comes next, and end at 1.0."""
    heard: list[Progress] = []
    assert kernel_text(index, heard.append) == binary_text(index)
    assert heard[0].done == 0.0
    assert heard[-1].done == 1.0
    assert all(one.done < next_.done == one.until for one, next_ in pairwise(heard))
