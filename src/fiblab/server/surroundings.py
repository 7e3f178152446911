"""What the application shares with who runs it."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from fiblab.observability.metrics import ServerMetrics, new_registry
from fiblab.server.drain import Drain
from fiblab.server.page_files import PageFiles, built_page


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The metrics and their registry, the page, and whether it is time to stop."""

    registry: CollectorRegistry
    metrics: ServerMetrics
    drain: Drain = field(default_factory=Drain)
    page: PageFiles = field(default_factory=built_page)

    @classmethod
    def make(cls) -> "Surroundings":
        """Make all of it anew."""
        registry = new_registry()
        return cls(registry, ServerMetrics(registry))
