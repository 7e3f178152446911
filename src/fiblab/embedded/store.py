"""What the embedded Redis and PostgreSQL have in common as running servers."""

import re
import time
from abc import ABC, abstractmethod
from typing import ClassVar, Self

from .errors import StartError
from .ports import free_port
from .process import ChildProcess, Pause

#: Seconds for a store to be ready; a big append-only file takes long to read.
_READY_LIMIT_S = 60.0

#: Seconds for a store to write what it holds and end.
_STOP_GRACE_S = 20.0

#: Starts that may fail for a reason that passes (see `_may_start_again`), and seconds between them.
_ATTEMPTS, _BETWEEN_ATTEMPTS_S = 20, 0.25


class Store(ABC):
    """A server on a loopback port of its own, which it keeps when it is started again.

    `launch` and `wait_ready` are apart so that two stores start at the same time.
    """

    process: ChildProcess

    #: How the log of a failed start says that somebody else took the port meanwhile.
    _PORT_TAKEN: ClassVar[re.Pattern[str]]

    #: How it says that a killed predecessor has not wholly ended; None: that cannot be.
    _PASSING: ClassVar[re.Pattern[str] | None] = None

    def __init__(self) -> None:
        self.port = free_port()
        self._address_is_known = False

    @property
    @abstractmethod
    def url(self) -> str:
        """The address with user and password, the same over every restart."""

    def start(self, pause: Pause = time.sleep) -> None:
        """Start it, also after it was killed, and return when it answers; raises StartError."""
        self.launch()
        self.wait_ready(pause)

    @abstractmethod
    def launch(self) -> None:
        """Start it without waiting."""

    def wait_ready(self, pause: Pause = time.sleep) -> None:
        """Wait until it answers; starts again what has failed for a reason that passes."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self.process.wait_ready(self.is_ready, _READY_LIMIT_S, pause)
            except StartError:
                if attempt == _ATTEMPTS or not self._may_start_again():
                    raise
                pause(_BETWEEN_ATTEMPTS_S)
                self.launch()
            else:
                break
        self._address_is_known = True

    @abstractmethod
    def is_ready(self) -> bool:
        """Look once whether it answers."""

    def _may_start_again(self) -> bool:
        log = self.process.latest_log()
        port_taken = self._PORT_TAKEN.search(log) is not None
        if port_taken and not self._address_is_known:
            self.port = free_port()
        return port_taken or (self._PASSING is not None and self._PASSING.search(log) is not None)

    def stop(self) -> None:
        """Let it write what it holds and end; harmless when it has ended."""
        self.process.stop(_STOP_GRACE_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
