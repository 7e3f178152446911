# What the functions do is said where they are, in c/module.c, and by help(fiblab_kernel).
from collections.abc import Callable
from typing import Final, Literal, TypeAlias, final

Instructions: TypeAlias = Literal["avx2", "portable"]

INSTRUCTIONS: Final[Instructions]

class Cancelled(Exception): ...  # noqa: N818 - named for what happened, as in all of fiblab
class FoundWrong(ArithmeticError): ...  # noqa: N818 - named for what happened

@final
class Cancellation:
    def __init__(self) -> None: ...
    def cancel(self) -> None: ...

def fibonacci_text(
    index: int,
    *,
    step_done: Callable[[], object] | None = None,
    cancellation: Cancellation | None = None,
    instructions: Instructions = ...,
) -> str: ...
def step_costs(index: int, /) -> list[float]: ...
def combinations(
    a: str, b: str, instructions: Instructions, /
) -> tuple[tuple[str, str], str, str]: ...
