"""A step that somebody may take in a state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.contents import Contents
from fiblab.lab.exploration.real_redis import Reply
from fiblab.lab.exploration.scope import Fault
from fiblab.lab.exploration.state import State

#: Given what Redis holds afterwards and what it answered (None without a call): the next state.
Then = Callable[[Contents, Reply], State]


@dataclass(frozen=True, slots=True)
class Step:
    """Who does what; with a call where Redis takes part."""

    who: str
    what: str
    then: Then
    call: Call | None = None
    is_fault: bool = False


def moved(who: str, what: str, state: State, *, is_fault: bool = False) -> Step:
    """Make a step without Redis: to that state."""
    if is_fault:
        state = state._replace(faults=state.faults - 1)
    return Step(who, what, lambda _contents, _reply: state, is_fault=is_fault)


def answered(who: str, call: Call, state: State, then: Callable[[State, Reply], State]) -> Step:
    """Make a step that calls a script and goes on with its reply."""
    return Step(
        who, str(call), lambda contents, reply: then(state._replace(redis=contents), reply), call
    )


def unanswered(who: str, call: Call, state: State) -> Step:
    """Make the fault that a call is carried out and its reply lost: on to that state."""
    fewer = state._replace(faults=state.faults - 1)
    return Step(
        who,
        f"{call}, and the reply is lost",
        lambda contents, _reply: fewer._replace(redis=contents),
        call,
        is_fault=True,
    )


def failing_calls(
    who: str, call: Call, state: State, kinds: frozenset[Fault], repeating: State | None = None
) -> Iterator[Step]:
    """List what may befall a call, after which it is repeated: from `repeating`, if not `state`."""
    repeating = repeating or state
    if state.faults and Fault.LOSE in kinds:
        yield unanswered(who, call, repeating)
    if state.faults and Fault.DELAY in kinds and not state.late:
        late = repeating._replace(late=(call,))
        yield moved(who, f"{call}: gives up waiting, and will repeat it", late, is_fault=True)
