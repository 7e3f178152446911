"""Ctrl-C and SIGTERM for a command that ends in order: the first asks, the second insists."""

import signal
import time
from types import FrameType
from typing import Self

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopAsked(Exception):  # noqa: N818 - a wish, not an error
    """Somebody wants the command to end."""


class StopSignals:
    """Counts the signals while it is entered; the pauses are where they take effect.

    Nothing is torn out of the middle of what it does, but for the second signal, which raises
    KeyboardInterrupt wherever the main thread is.
    """

    def __init__(self) -> None:
        self._asked = 0

    def pause(self, seconds: float) -> None:
        """Wait; raises StopAsked once a signal has come."""
        time.sleep(seconds)
        if self._asked:
            raise StopAsked

    def __enter__(self) -> Self:
        """Take the signals over; only the main thread can."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back to Python's own handlers."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1
        if self._asked > 1:
            raise KeyboardInterrupt
