"""Servers and workers that, told to stop, are gone at once."""

import os
from typing import ClassVar

from fiblab.server.run import DrainingServer
from fiblab.worker.shutdown import Shutdown


class CutsCallsOff(DrainingServer):
    """Ends with every answer that it owes."""

    stands_for: ClassVar = "fiblab.server.run.DrainingServer"

    def drain_and_stop(self) -> None:
        """Drain nothing."""
        os._exit(0)


class DropsItsJobs(Shutdown):
    """Ends with every job in hand."""

    stands_for: ClassVar = "fiblab.worker.run.Shutdown"

    def request(self) -> None:
        """Finish nothing and give nothing back."""
        os._exit(0)
