"""A client with one request, and the server that takes it in: intake.py in small steps.

admit.lua -> commit -> answer; after any failure the client tries again, with the same key
"""

from collections.abc import Iterator

from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.real_redis import Reply
from fiblab.lab.exploration.scope import Design, Fault, Scope
from fiblab.lab.exploration.state import Client, ClientAt, Row, State
from fiblab.lab.exploration.steps import Step, answered, failing_calls, moved

#: Outcomes of admit.lua that make a difference here.
KNOWN, FULL = 1, 3

#: Where the client waits for an answer, and a server has done something about it.
_UNDER_WAY = {ClientAt.COUNTED, ClientAt.ADMITTED, ClientAt.COUNTING}


def client_steps(state: State, scope: Scope, design: Design) -> Iterator[Step]:
    """List what the clients and their servers may do."""
    for number, client in enumerate(state.clients):
        yield from _regular(state, number, client, scope, design)
        if state.faults:
            yield from _befallen(state, number, client, scope, design)


def _befallen(
    state: State, number: int, client: Client, scope: Scope, design: Design
) -> Iterator[Step]:
    """Let a server die under its request, or an answered request be sent again."""
    who = f"client {number + 1}"
    again = state.with_client(number, _again(client, design))
    if client.at is ClientAt.ACCEPTED and Fault.REPEAT in scope.kinds:
        yield moved(who, "sends its request again", again, is_fault=True)
    elif client.at is ClientAt.ANSWERED and Fault.KILL in scope.kinds:
        content = state.with_client(number, client._replace(at=ClientAt.ACCEPTED))
        yield moved(who, "has its answer when its server is killed", content, is_fault=True)
    elif client.at in _UNDER_WAY and Fault.KILL in scope.kinds:
        yield moved(who, "finds its server killed, and tries again", again, is_fault=True)


def key_of(number: int, client: Client) -> str:
    """Give the key under which a request is recorded."""
    return f"key {number + 1}" if client.tries == 1 else f"key {number + 1}, try {client.tries}"


def _again(client: Client, design: Design) -> Client:
    tries = client.tries if design.keeps_key else client.tries + 1
    return Client(client.job, unsure=True, tries=tries)


def _regular(
    state: State, number: int, client: Client, scope: Scope, design: Design
) -> Iterator[Step]:
    who = f"client {number + 1}"
    row = Row(key_of(number, client), client.job, "done" if client.value_known else "open")
    accepted = state.with_client(number, client._replace(at=ClientAt.ACCEPTED))
    if client.at is ClientAt.BEGINNING and not design.admits_before_counting:
        counted = state._replace(ledger=state.ledger.recorded(row))
        at = client._replace(at=ClientAt.COUNTED)
        yield moved(
            who, f"commits {row.key}, before it is admitted", counted.with_client(number, at)
        )
    elif client.at in {ClientAt.BEGINNING, ClientAt.COUNTED}:
        call = Call("admit", client.job)
        yield answered(
            who, call, state, lambda after, reply: _admitted(after, number, reply, design)
        )
        yield from failing_calls(who, call, state, scope.kinds)
    elif client.at is ClientAt.COUNTING:
        counted = accepted._replace(ledger=state.ledger.counted(client.job))
        yield moved(who, "is counted, and answered", counted)
    elif client.at is ClientAt.ADMITTED and not design.counts_with_row:
        yield moved(who, "gets its row", _row_alone(state, number, client, row))
    elif client.at in {ClientAt.ADMITTED, ClientAt.ANSWERED}:
        committed = state.ledger.recorded(row)
        what = f"commits {row.key} for F({row.job}), {row.state}, and answers"
        yield moved(who, what, accepted._replace(ledger=committed))
        if state.faults and Fault.LOSE in scope.kinds and client.at is ClientAt.ADMITTED:
            again = state.with_client(number, _again(client, design))._replace(ledger=committed)
            yield moved(who, f"{what}; the answer is lost", again, is_fault=True)


def _admitted(state: State, number: int, reply: Reply, design: Design) -> State:
    assert isinstance(reply, tuple)  # noqa: S101 - admit.lua returns a table
    client = state.clients[number]
    at = ClientAt.ADMITTED if design.answers_after_commit else ClientAt.ANSWERED
    if client.at is ClientAt.COUNTED:
        at = ClientAt.ACCEPTED
    if reply[0] == FULL:
        at = ClientAt.REFUSED
    return state.with_client(number, client._replace(at=at, value_known=reply[0] == KNOWN))


def _row_alone(state: State, number: int, client: Client, row: Row) -> State:
    """Insert the row; what was there already was counted already, or so one hopes."""
    is_new = not state.ledger.has(row.key)
    at = ClientAt.COUNTING if is_new else ClientAt.ACCEPTED
    inserted = state._replace(ledger=state.ledger.inserted(row))
    return inserted.with_client(number, client._replace(at=at))
