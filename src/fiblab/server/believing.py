"""Values from outside the process, believed only once they have been verified."""

from collections.abc import Awaitable, Callable
from functools import lru_cache

from fiblab.fibonacci.digits import digit_count, leading_digits, trailing_digits
from fiblab.fibonacci.errors import WrongValue
from fiblab.fibonacci.verification import verify
from fiblab.server.cache_script import TooLarge, Value
from fiblab.server.wire import FibonacciDone, FibonacciDoneLarge
from fiblab.storage import RememberedValues

#: Digits of a preview, at either end.
PREVIEW_DIGITS = 20

Done = FibonacciDone | FibonacciDoneLarge
Reread = Callable[[int], Awaitable[str | None]]


class Believer:
    """Turns what Redis holds into answers.

    `reread` reads a value that looked corrupt from the stores again: there it is dropped and
    reported, and another tier may have the right one.
    """

    def __init__(self, remembered: RememberedValues, reread: Reread) -> None:
        self._remembered = remembered
        self._reread = reread

    def recall(self, index: int) -> FibonacciDone | None:
        """Answer from this process's memory, which holds only what was verified."""
        text = self._remembered.get(index)
        return None if text is None else FibonacciDone(index, text, len(text))

    async def believe(self, index: int, value: Value) -> Done | None:
        """Verify a value and remember it; None for a corrupt one, which is gone then."""
        if isinstance(value, TooLarge):
            return preview(index)
        if self._remembered.get(index) == value:
            return FibonacciDone(index, value, len(value))
        text: str | None = value
        try:
            verify(index, value)
        except WrongValue:
            text = await self._reread(index)
        if text is None:
            return None
        self._remembered.put(index, text)
        return FibonacciDone(index, text, len(text))


@lru_cache(maxsize=1_024)
def preview(index: int) -> FibonacciDoneLarge:
    """Tell of a large value what arithmetic knows without reading it."""
    return FibonacciDoneLarge(
        index,
        digit_count(index),
        leading_digits(index, PREVIEW_DIGITS),
        trailing_digits(index, PREVIEW_DIGITS),
        digits_url(index),
    )


def address(index: int) -> str:
    """Where F(index) is looked up."""
    return f"/api/v1/fibonacci/{index}"


def digits_url(index: int) -> str:
    """Where its digits are."""
    return f"{address(index)}/digits"
