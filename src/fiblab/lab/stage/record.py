"""What is known of an arm once it is over: all that the checks may look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fiblab.lab.checker import Verdict
from fiblab.lab.checker.history import Exchange
from fiblab.lab.checker.ledger_contents import LedgerContents
from fiblab.lab.checker.redis_contents import RedisContents
from fiblab.lab.stage.lines import Happening, Source


@dataclass(frozen=True, slots=True)
class ArmRecord:
    """The log of an arm in the order of time, what clients saw, and what was left in the stores."""

    happenings: Sequence[Happening]
    exchanges: Sequence[Exchange]
    verdict: Verdict
    """The checker's, on all fourteen invariants."""
    redis: RedisContents
    ledger: LedgerContents
    settings: Mapping[str, str]
    """What its services were told, by environment variable."""

    def select(
        self, source: Source, kind: str, *, job: str | None = None, who: str | None = None
    ) -> list[Happening]:
        """List happenings of one kind, of one job or one actor if named."""
        return [
            happening
            for happening in self.happenings
            if happening.source == source
            and happening.kind == kind
            and job in {None, happening.job}
            and who in {None, happening.who}
        ]

    def queue(self, kind: str, *, job: str | None = None) -> list[Happening]:
        """List transitions of one kind."""
        return self.select("queue", kind, job=job)
