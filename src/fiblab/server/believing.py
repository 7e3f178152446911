"""Values from outside the process, believed only once they have been verified."""

from collections.abc import Awaitable, Callable
from functools import lru_cache

from prometheus_client import Counter

from fiblab.fibonacci.digits import digit_count, leading_digits, trailing_digits
from fiblab.fibonacci.errors import WrongValue
from fiblab.fibonacci.verification import verify
from fiblab.observability.metrics import Labelled
from fiblab.server.cache_script import TooLarge, Value
from fiblab.server.wire import INLINE_DIGITS_LIMIT, FibonacciDone, FibonacciDoneLarge
from fiblab.storage import RememberedValues

#: Digits of a preview, at either end.
PREVIEW_DIGITS = 20

Done = FibonacciDone | FibonacciDoneLarge
Reread = Callable[[int], Awaitable[str | None]]


class Believer:
    """Turns what Redis holds into answers.

    `reread` reads a value that looked corrupt from the stores again: there it is dropped and
    reported, and another tier may have the right one. `reads` counts by tier.
    """

    def __init__(
        self, remembered: RememberedValues, reread: Reread, reads: Labelled[Counter]
    ) -> None:
        self._remembered = remembered
        self._reread = reread
        self._reads = reads

    def recall(self, index: int) -> Done | None:
        """Answer from this process's memory, which holds only what was verified."""
        text = self._remembered.get(index)
        if text is None:
            return None
        self._reads["process"].inc()
        return _done(index, text)

    def miss(self) -> None:
        """Count a value that was nowhere."""
        self._reads["miss"].inc()

    async def believe(self, index: int, value: Value) -> Done | None:
        """Verify a value and remember it; None for a corrupt one, which is gone then."""
        self._reads["redis"].inc()
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
        return _done(index, text)


def _done(index: int, text: str) -> Done:
    if len(text) > INLINE_DIGITS_LIMIT:
        return preview(index)
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
