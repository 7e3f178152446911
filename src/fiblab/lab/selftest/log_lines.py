"""How a record becomes a line of a log, with the system's own redaction and rendering."""

from collections.abc import Mapping

from fiblab.observability.log_rendering import render_json
from fiblab.observability.redaction import redact


class LogLines:
    """Renders records."""

    def line(self, record: Mapping[str, object]) -> str:
        """Write a record as one line without secrets."""
        return render_json(redact(record))
