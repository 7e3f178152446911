"""The whole system: how it begins, and all that may happen next."""

from fiblab.lab.exploration.clients import client_steps
from fiblab.lab.exploration.contents import EMPTY
from fiblab.lab.exploration.scope import Design, Scope
from fiblab.lab.exploration.state import Client, Ledger, State, Sweeper, Worker
from fiblab.lab.exploration.steps import Step
from fiblab.lab.exploration.surroundings import (
    late_steps,
    operator_steps,
    reader_steps,
    redis_faults,
    sweeper_steps,
    time_steps,
)
from fiblab.lab.exploration.workers import worker_steps


def beginning(scope: Scope) -> State:
    """Give the state in which nothing has happened."""
    clients = tuple(map(Client, scope.jobs))
    return State(EMPTY, Ledger(), clients, (Worker(),) * scope.workers, Sweeper(), scope.faults)


def steps_of(state: State, scope: Scope, design: Design) -> list[Step]:
    """List all that may happen next, in a fixed order."""
    return [
        *client_steps(state, scope, design),
        *worker_steps(state, scope, design),
        *sweeper_steps(state, scope, design),
        *reader_steps(state),
        *operator_steps(state, scope),
        *time_steps(state, scope),
        *late_steps(state),
        *redis_faults(state, scope, design),
    ]
