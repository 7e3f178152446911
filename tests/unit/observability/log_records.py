"""What the tests of logs share."""

from collections.abc import Callable
from typing import Any

#: Reads what was logged so far, each line as JSON.
Records = Callable[[], list[dict[str, Any]]]


def fail(error: Exception) -> None:
    """Raise it."""
    raise error
