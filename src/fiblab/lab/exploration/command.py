"""`fiblab explore`: every history of the protocol at a small scope, and one that breaks it."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from fiblab.cli.exits import CommandFailed, Exit

if TYPE_CHECKING:
    from fiblab.lab.exploration.run import Explored

EXAMPLES = """It starts a Redis of its own, and runs the real scripts in it upon every state that
clients, workers, the sweeper and faults can bring about, in every order. A breach is told as the
shortest history that leads to it.

    fiblab explore
    fiblab explore --ablation "counter nonce"
    fiblab explore --scope large --write docs/reference/exploration.md

With --ablation a breach is what is looked for: the exit code is 0 if one was found.
"""

app = App(name="explore", help_epilogue=EXAMPLES, help_format="markdown")


class Size(StrEnum):
    """How much is explored."""

    SMALL = "small"
    LARGE = "large"


@app.default
def explore_protocol(
    *,
    scope: Size = Size.SMALL,
    ablation: Annotated[str | None, Parameter(show_default=False)] = None,
    write: Path | None = None,
) -> int:
    """Go through all interleavings of clients, workers and faults, with the real Lua.

    Parameters
    ----------
    scope
        small takes half a minute, large about a quarter of an hour.
    ablation
        Take this pattern away and find the shortest history that needs it; `all` for each of them.
    write
        A file to write the counts into, and what was found without each pattern.

    """
    from fiblab.embedded import EmbeddedError
    from fiblab.lab.exploration.run import own_redis

    try:
        with own_redis() as redis_url:
            if ablation is not None:
                return _without(ablation, redis_url)
            return _whole(scope, redis_url, write)
    except EmbeddedError as error:
        raise CommandFailed(str(error)) from error


def _whole(size: Size, redis_url: str, write: Path | None) -> int:
    from fiblab.lab.exploration.progress import Told
    from fiblab.lab.exploration.report import report
    from fiblab.lab.exploration.run import explore
    from fiblab.lab.exploration.scope import LARGE, SMALL

    without = _all_without(redis_url) if write is not None else []
    explored = []
    for scope in SMALL if size is Size.SMALL else LARGE:
        with Told(scope.name) as told:
            explored.append(explore(scope, redis_url, progress=told))
        if explored[-1].breach is not None:
            print(explored[-1].history)
            return Exit.FAILED
        if write is not None:  # after each scope: the largest may be cut short
            write.write_text(report(explored, without), encoding="utf-8")
    print("No history breaks an invariant.")
    return Exit.OK


def _without(name: str, redis_url: str) -> int:
    from fiblab.lab.exploration.run import explore_without
    from fiblab.lab.exploration.variant import NOT_EXPRESSED, expressed

    if name == "all":
        found = _all_without(redis_url)
        return Exit.OK if all(one.breach for one in found) else Exit.FAILED
    known = {one.name: one for one in expressed()}
    if name not in known:
        why = NOT_EXPRESSED.get(name, "there is no such ablation")
        raise CommandFailed(
            f"{name!r} can't be explored: {why}",
            advice="one of: " + ", ".join(known),
            code=Exit.USAGE,
        )
    explored = explore_without(known[name], redis_url)
    print(explored.history or f"Without it, no history of {explored.scope} breaks an invariant.")
    return Exit.OK if explored.breach else Exit.FAILED


def _all_without(redis_url: str) -> "list[Explored]":
    from fiblab.lab.exploration.progress import Told
    from fiblab.lab.exploration.run import explore_without
    from fiblab.lab.exploration.variant import expressed

    found = []
    for ablation in expressed():
        with Told(f"without: {ablation.name}") as told:
            found.append(explore_without(ablation, redis_url, progress=told))
        seen = found[-1].breach
        print(f"{ablation.name}: {seen.what if seen else 'NO BREACH FOUND'}", flush=True)
    return found
