"""Logs written to memory, and read back as records."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from fiblab.observability.logs import LogOutput, configure

from .log_records import Records


@pytest.fixture(autouse=True)
def _no_configuration_left() -> Iterator[None]:
    """Leave structlog as it was."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    """Take what is written."""
    return io.StringIO()


@pytest.fixture
def output(stream: io.StringIO) -> Iterator[LogOutput]:
    """Log everything as JSON."""
    output = configure("server", "debug", "json", stream)
    yield output
    output.close()


@pytest.fixture
def records(output: LogOutput, stream: io.StringIO) -> Records:
    """Read what was logged so far, each line as JSON."""

    def read() -> list[dict[str, Any]]:
        output.flush()
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    return read
