"""Everything that a verdict rests on."""

from dataclasses import dataclass
from pathlib import Path

from fiblab.lab.checker.facts import RunFacts
from fiblab.lab.checker.ledger_contents import LedgerContents
from fiblab.lab.checker.redis_contents import RedisContents


@dataclass(frozen=True, slots=True)
class Evidence:
    """What clients saw, what the watcher wrote down, the logs, and both stores at the end."""

    history: Path
    events: Path
    samples: Path
    logs: Path
    """A folder."""
    redis: RedisContents
    ledger: LedgerContents
    facts: RunFacts
