"""Log lines that look right, and are not."""

from collections.abc import Mapping
from typing import ClassVar

from fiblab.lab.selftest.log_lines import LogLines
from fiblab.observability.log_rendering import render_json
from fiblab.observability.redaction import redact


class ShowsSecrets(LogLines):
    """Writes records as they come."""

    stands_for: ClassVar = "fiblab.lab.selftest.bench.LogLines"

    def line(self, record: Mapping[str, object]) -> str:
        """Leave nothing out."""
        return render_json(record)


class BreaksLines(LogLines):
    """Writes records for people, line ends and all."""

    stands_for: ClassVar = "fiblab.lab.selftest.bench.LogLines"

    def line(self, record: Mapping[str, object]) -> str:
        """Write name and value, one after the other."""
        return " ".join(f"{name}={value}" for name, value in redact(record).items())
