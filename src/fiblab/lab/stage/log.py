"""The append-only log of an arm: what happened, when, to whom."""

import asyncio
import time
from collections.abc import Callable

from fiblab.lab.stage.lines import Arm, Happening, Source


class TooLate(Exception):  # noqa: N818 - read as a sentence: the run cannot tell
    """What an experiment waits for did not happen; its outcome is unclear."""


#: Tells whether a happening is the one that is waited for.
Sought = Callable[[Happening], bool]


class Log:
    """Happenings of one arm; `emit` gets each as it comes.

    The clock starts with the first call of a client: what comes before has the time 0.
    """

    def __init__(self, arm: Arm, emit: Callable[[Happening], None]) -> None:
        self._arm: Arm = arm
        self._emit = emit
        self._changed = asyncio.Event()
        self.happenings: list[Happening] = []
        self._began_ms: int | None = None

    def add(  # noqa: PLR0913 - the fields of a happening
        self,
        source: Source,
        kind: str,
        *,
        job: str = "",
        who: str = "",
        detail: str = "",
        value: float | None = None,
        at_ms: int | None = None,
    ) -> None:
        """Append one; `at_ms`, since 1970, is now unless the happening bears a time of its own."""
        moment = now_ms() if at_ms is None else at_ms
        if self._began_ms is None and source == "client":
            self._began_ms = moment
        since = max(0, moment - self._began_ms) if self._began_ms is not None else 0
        happening = Happening(self._arm, since, source, kind, job, who, detail, value)
        self.happenings.append(happening)
        self._emit(happening)
        self._changed.set()

    async def until(
        self, sought: Sought, limit_s: float, what: str, *, start: int = 0
    ) -> Happening:
        """Wait for one, past ones from `start` on included; raises TooLate, naming `what`."""
        seen = start
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    self._changed.clear()
                    for happening in self.happenings[seen:]:
                        if sought(happening):
                            return happening
                    seen = len(self.happenings)
                    await self._changed.wait()
        except TimeoutError:
            raise TooLate(f"within {limit_s:g} s this did not happen: {what}") from None


def now_ms() -> int:
    """Read this machine's clock, which Redis on the same machine reads too."""
    return time.time_ns() // 1_000_000
