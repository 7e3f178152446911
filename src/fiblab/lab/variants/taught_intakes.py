"""Ways of taking in a request that do the work themselves."""

from typing import ClassVar

from fiblab.fibonacci import fibonacci_text
from fiblab.server.cache_script import Admission, Outcome
from fiblab.server.intake import Asking, Intake, Taken


class CalculatesInTheRequest(Intake):
    """Computes what is asked for on the event loop, and answers when it is done."""

    stands_for: ClassVar = "fiblab.server.services.Intake"

    async def take_in(self, asking: Asking) -> Taken:
        """Compute, count, answer; nothing is queued."""
        values = [fibonacci_text(index) for index in asking.indices]
        items = await self._stand(asking, Admission(Outcome.KNOWN, 0, 0, [*values]))
        await self._count(asking, items)
        return Taken(items, [])
