"""Obeys what the lab's page orders about the processes of `up`."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, cast

from fiblab.embedded.control import Asked, ControlPost, Order, ProcessState, Told
from fiblab.embedded.errors import NoSuchProcessError, OrderRefusedError
from fiblab.embedded.process import ChildProcess
from fiblab.embedded.supervisor import State, Supervisor

#: Most workers: a laptop has a few cores, and the page is meant to stay smooth.
WORKER_LIMIT = 8

#: Seconds in which a server that is to be killed can pass on the answer to that.
ANSWER_S = 0.5

#: The process through which the orders come.
SERVER = "server"

Kind = Literal["server", "worker", "redis", "postgres"]


class Foreman:
    """Carries out orders between two looks of the supervisor, in the thread that starts children.

    `add_worker` starts the worker of that number. The server can be killed and nothing else: frozen
    or stopped it would take no order to come back.
    """

    def __init__(self, supervisor: Supervisor, add_worker: Callable[[int], None]) -> None:
        self._supervisor = supervisor
        self._add_worker = add_worker
        self._post = ControlPost()
        self._kill_server_at: float | None = None

    @property
    def fd(self) -> int:
        """What the server needs to give orders."""
        return self._post.fd

    def close(self) -> None:
        """Take no more orders."""
        self._post.close()

    def obey(self) -> None:
        """Do what has been ordered since the last time, and tell how all processes are then."""
        if self._kill_server_at is not None and time.monotonic() >= self._kill_server_at:
            self._kill_server_at = None
            with suppress(OrderRefusedError):  # it has ended by itself meanwhile
                self._supervisor.kill(SERVER)
        for asked in self._post.asked():
            self._post.tell(self._answer(asked))

    def _answer(self, asked: Asked) -> Told:
        try:
            if asked.order is not None:
                self._do(asked.order, asked.name)
        except NoSuchProcessError as unknown:
            return Told(asked.id, refused="unknown", why=str(unknown))
        except OrderRefusedError as refused:
            return Told(asked.id, refused="impossible", why=str(refused))
        return Told(asked.id, [_shown(*one) for one in self._supervisor.states()])

    def _do(self, order: Order, name: str) -> None:
        if name == SERVER:
            self._kill_server_later(order)
        elif order is Order.ADD:
            self._add(name)
        else:
            supervisor = self._supervisor
            {
                Order.KILL: supervisor.kill,
                Order.FREEZE: supervisor.freeze,
                Order.THAW: supervisor.thaw,
                Order.STOP: supervisor.stop_one,
                Order.START: supervisor.start_one,
            }[order](name)

    def _kill_server_later(self, order: Order) -> None:
        """Leave it the time to answer."""
        if order is not Order.KILL:
            raise OrderRefusedError("The server can only be killed; it comes back by itself.")
        self._kill_server_at = time.monotonic() + ANSWER_S

    def _add(self, name: str) -> None:
        if name != "worker":
            raise OrderRefusedError("Only workers can be added: order it of `worker`.")
        names = {process.name for process, _ in self._supervisor.states()}
        count = sum(_kind(name) == "worker" for name in names)
        if count >= WORKER_LIMIT:
            raise OrderRefusedError(f"There are {count} workers, which is the most.")
        self._add_worker(count + 1)


def _kind(name: str) -> Kind:
    """Tell what a process is by its name: `worker-2` is a worker."""
    return cast("Kind", name.partition("-")[0])


def _shown(process: ChildProcess, state: State) -> ProcessState:
    shown = ProcessState(process.name, _kind(process.name), state)
    if not process.is_running or process.started_at is None:
        return shown
    return ProcessState(shown.name, shown.kind, state, process.pid, process.started_at)
