"""The system as it is, and without one of its patterns, and where to look for the loss."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fiblab.lab.exploration.scope import Design, Limits, Scope
from fiblab.lab.variants import ABLATIONS, Ablation
from fiblab.redis import Script, load_script

#: Enough for a request that is tried again.
ONE_WORKER = Scope("one client, one worker", ("1",), workers=1, faults=1)

#: Enough for a job that is claimed twice, while one who has lost it still works.
TWO_WORKERS = Scope("one client, two workers", ("1",), workers=2, faults=2)

#: Enough for two jobs, of which one is in the other's way.
ROOM_FOR_ONE = Scope(
    "two indices, room for one", ("1", "2"), workers=1, faults=2, limits=Limits(bound=1)
)

#: Patterns that are not missed before two jobs meet.
_NEED_TWO_JOBS = {"dead letters pile up", "bound not held", "full checked after counting"}

#: Patterns that stand in Python: here, how the clients, workers and the sweeper go about it.
_DESIGNS = {
    "count outside the transaction": Design(counts_with_row=False),
    "answered before the commit": Design(answers_after_commit=False),
    "full checked after counting": Design(admits_before_counting=False),
    "idempotency key ignored": Design(keeps_key=False),
    "counter nonce": Design(random_nonces=False),
    "no sweeper": Design(sweeps=False),
}

#: Patterns whose loss no state of this model shows, and why.
NOT_EXPRESSED = {
    "counted before admitted": "a rate limit is a matter of time, which stands still here; the "
    "same order of steps is explored as 'full checked after counting'",
    "cross-handed replies": "connections are not modelled: a step hands its reply to whoever asked",
    "wrong value served": "nobody spoils a value here, and a step that serves one is not modelled",
    "value cut as it is stored": "a value is one symbol here, without digits to lose",
    "secret in a log": "logs are not modelled",
    "log record of two lines": "logs are not modelled",
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A system to explore: its scripts and its design."""

    name: str = "as it is"
    design: Design = field(default_factory=Design)
    load: Callable[[str, str], Script] = load_script


AS_IT_IS = Variant()


def variant_without(ablation: Ablation) -> Variant:
    """Give the system without a pattern; KeyError where that is not expressed."""
    if ablation.lua:
        return Variant(ablation.name, load=ablation.loader())
    return Variant(ablation.name, _DESIGNS[ablation.name])


def scopes_to_search(ablation: Ablation) -> tuple[Scope, ...]:
    """Give the scopes in which a breach is looked for, the smallest first."""
    return (ROOM_FOR_ONE,) if ablation.name in _NEED_TWO_JOBS else (ONE_WORKER, TWO_WORKERS)


def expressed() -> list[Ablation]:
    """List the ablations of the catalogue that can be explored."""
    return [one for one in ABLATIONS if one.name not in NOT_EXPRESSED]
