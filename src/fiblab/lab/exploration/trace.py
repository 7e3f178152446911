"""A breach told as a history: who did what, in which order, and what Redis answered."""

from collections.abc import Iterator

from fiblab.lab.exploration.asking import Answers
from fiblab.lab.exploration.contents import EMPTY, Contents
from fiblab.lab.exploration.explorer import Explorer, Found
from fiblab.lab.exploration.real_redis import Reply
from fiblab.lab.exploration.state import State
from fiblab.lab.exploration.steps import Step
from fiblab.lab.exploration.system import beginning


def tell(explorer: Explorer, found: Found) -> str:
    """Write the history of a breach, a numbered line for each step, with stable names."""
    lines = [f"Invariant {found.breach.invariant} is broken: {found.breach.what}."]
    held = EMPTY
    for number, (step, before, after) in enumerate(_replayed(explorer, found), start=1):
        answer, left = _answer(explorer.answers, before, step)
        lines.append(f"{number:3}. {step.who}: {step.what}{answer}")
        held = left or after.redis
    lines.append("Redis then held:")
    lines += [f"     {line}" for line in _shown(held)]
    return "\n".join(lines)


def _replayed(explorer: Explorer, found: Found) -> Iterator[tuple[Step, State, State]]:
    """Go the way again, twice at once: as it was explored, and with names that stay.

    In the canonical form workers change places and nonces their names from step to step; beside it
    goes a state that is never renamed, by whichever step leads to the same canonical state.
    """
    canonical = explorer.canonical(beginning(explorer.scope))
    named = beginning(explorer.scope)
    for place in found.path:
        explored, breach = explorer.take(canonical, explorer.steps_of([canonical])[0][place])
        canonical = explorer.canonical(explored)
        for step in explorer.steps_of([named])[0]:
            after, same_breach = explorer.take(named, step)
            if explorer.canonical(after) == canonical and (not breach or same_breach):
                break
        else:
            raise AssertionError("a canonical step has no counterpart: the symmetry is not sound")
        yield step, named, after
        named = after


def _answer(answers: Answers, before: State, step: Step) -> tuple[str, Contents | None]:
    """Tell what Redis answered, and give what it held then, where the step was a call."""
    if step.call is None:
        return "", None
    outcome, _ = answers.known[before.redis, step.call]
    return f" -> {_plainly(outcome.reply)}", outcome.after


def _plainly(reply: Reply) -> str:
    if isinstance(reply, tuple):
        return f"[{', '.join(map(_plainly, reply))}]"
    return "nil" if reply is None else repr(reply)


def _shown(contents: Contents) -> list[str]:
    held = {name: value for name, value in contents._asdict().items() if value}
    return [f"{name}: {_plainly(value)}" for name, value in held.items()] or ["nothing"]
