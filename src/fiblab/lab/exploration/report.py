"""docs/reference/exploration.md: what was explored, and what is found without each pattern."""

from collections.abc import Iterator, Sequence

from fiblab.lab.exploration.run import Explored
from fiblab.lab.exploration.variant import NOT_EXPRESSED

_HEAD = """# Exploration of the protocol

Written by `fiblab explore --scope large --write docs/reference/exploration.md`: do not edit.

Every order in which clients, workers, the sweeper, readers, time and faults can take their steps,
with the real Lua in a real Redis; each call is also made twice. Faults, any of them at any moment,
as many as the table says in one history: a server, worker or sweeper is killed; a reply is lost;
a call is given up and repeated, and still carried out later; a live worker's lease expires; Redis
falls back to any earlier state, or comes back empty; an attempt fails, for now or for good; an
answered request is sent again; a worker shuts down; an operator requeues or discards a dead letter.
Limits, unless the table says otherwise: 2 attempts, 2 jobs in the queue, 1 dead letter.

In each state invariants 1, 2, 4 to 9 and 11 hold; in each end, in which nothing more happens by
itself, also 3, 10 and 12; and from each state a good end can be reached without another fault.
"""


def report(scopes: Sequence[Explored], ablations: Sequence[Explored]) -> str:
    """Write the page."""
    return "\n".join([_HEAD, *_scopes(scopes), "", *_ablations(ablations), "", *_left_out(), ""])


def _scopes(scopes: Sequence[Explored]) -> Iterator[str]:
    yield "## As it is: no breach\n"
    yield "| Scope | States | Transitions | Calls run | Ends | Depth | Transitions/s |"
    yield "|---|---|---|---|---|---|---|"
    for one in scopes:
        counts = one.counts
        yield (
            f"| {one.scope} | {counts.states:,} | {counts.transitions:,} | {counts.calls:,} "
            f"| {counts.ends:,} | {counts.depth} | {counts.rate:,.0f} |"
        )
    yield ""
    yield "*Calls run*: pairs of contents and call that differ; Redis ran each, and then once more."


def _ablations(ablations: Sequence[Explored]) -> Iterator[str]:
    yield "## Without a pattern: the shortest history that breaks an invariant\n"
    yield "| Without | Invariant | What is seen | Steps | Scope |"
    yield "|---|---|---|---|---|"
    for one in ablations:
        number, what = one.breach or ("-", "NOT FOUND")
        yield f"| {one.variant.name} | {number} | {what} | {one.steps} | {one.scope.name} |"
    longest = max(ablations, key=lambda one: one.steps)
    yield f"\nThe longest of them, without *{longest.variant.name}*:\n"
    yield f"```text\n{longest.history}\n```"


def _left_out() -> Iterator[str]:
    yield "## Not expressed here\n"
    yield "| Pattern | Why |"
    yield "|---|---|"
    yield from (f"| {name} | {why} |" for name, why in NOT_EXPRESSED.items())
