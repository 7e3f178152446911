"""`fiblab queue`: the queue of a running lab, read and changed by its own methods."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from fiblab.bootstrap import open_queue
from fiblab.cli.exits import CommandFailed, Exit
from fiblab.cli.running import queue_settings
from fiblab.queue import Depth, Enqueued, Event, JobState, Queue
from fiblab.redis import RedisError

app = App(
    name="queue",
    help="""Look into the queue of a running lab, and change what an operator may change.

It finds the queue of a `fiblab up` on this machine by itself; `FIBLAB_REDIS_URL` names another.
""",
    help_format="markdown",
)

Json = Annotated[bool, Parameter(name="--json", negative="")]
Result = TypeVar("Result")

_out = Console(highlight=False)


@asynccontextmanager
async def _queue() -> AsyncIterator[Queue]:
    try:
        async with open_queue(queue_settings(), name="fiblab-cli") as queue:
            yield queue
    except RedisError as error:
        raise CommandFailed(
            f"the queue can't be reached: {error}",
            advice="Is the lab running? Start it with `fiblab up`, or set FIBLAB_REDIS_URL.",
            code=Exit.UNREACHABLE,
        ) from error


def _with_queue(action: Callable[[Queue], Awaitable[Result]]) -> Result:
    async def act() -> Result:
        async with _queue() as queue:
            return await action(queue)

    return asyncio.run(act())


@app.command
def depth(*, as_json: Json = False) -> None:
    """Show how much waits where: per lane, leased, delayed, dead."""
    found = _with_queue(Queue.depth)
    if as_json:
        print(json.dumps(dataclasses.asdict(found)))
    else:
        _out.print(_depth_table(found))


def _depth_table(found: Depth) -> Table:
    table = Table("", "jobs", "next one waits for", title="paused" if found.paused else None)
    for lane, ready in found.ready.items():
        table.add_row(f"ready, {lane} lane", f"{ready:,}", f"{found.oldest_ms[lane] / 1000:.1f} s")
    table.add_row("leased", f"{found.leased:,}", "")
    table.add_row("delayed", f"{found.delayed:,}", "")
    table.add_row("dead letters", f"{found.dead:,}", "")
    table.add_row("bound", f"{found.bound:,}", "", style="dim")
    return table


@app.command
def job(identity: str, /, *, as_json: Json = False) -> None:
    """Show where one job is: ready, leased, delayed, dead or gone.

    Parameters
    ----------
    identity
        The job's id; here that is the index.

    """
    (status,) = _with_queue(lambda queue: queue.status([identity]))
    if as_json:
        print(json.dumps({"id": identity, **dataclasses.asdict(status)}))
        return
    _out.print(f"job {identity}: [bold]{status.state}[/bold], attempts: {status.attempts}")
    if status.progress is not None:
        _out.print(f"progress: {status.progress:.0%}")
    if status.failure is not None:
        _out.print(f"{status.failure.category}: {status.failure.detail}", markup=False)
    if status.state is JobState.GONE:
        _out.print("It is done, or nobody has asked for it.")


@app.command
def dead(*, limit: int = 50, as_json: Json = False) -> None:
    """List dead letters, the latest first, with their reasons."""
    letters = _with_queue(lambda queue: queue.dead_letters(limit))
    if as_json:
        rows = [dataclasses.asdict(letter) for letter in letters]
        print(json.dumps(rows, default=lambda payload: payload.decode(errors="replace")))
        return
    if not letters:
        _out.print("No dead letters.")
        return
    table = Table("job", "lane", "attempts", "category", "reason")
    for letter in letters:
        failure = letter.failure
        table.add_row(
            letter.id, letter.lane, str(letter.attempts), failure.category, failure.detail
        )
    _out.print(table)


@app.command
def requeue(*identities: str) -> None:
    """Give dead letters all their attempts anew."""
    outcomes = _with_queue(lambda queue: queue.requeue(_some(identities)))
    _report(identities, "requeued", [outcome is Enqueued.ADDED for outcome in outcomes])


@app.command
def discard(*identities: str) -> None:
    """Drop dead letters for good."""
    _report(identities, "discarded", _with_queue(lambda queue: queue.discard(_some(identities))))


def _some(identities: Sequence[str]) -> Sequence[str]:
    if not identities:
        raise CommandFailed(
            "name at least one job", advice="`fiblab queue dead` lists them.", code=Exit.USAGE
        )
    return identities


def _report(identities: Sequence[str], verb: str, outcomes: list[bool]) -> None:
    missed = [name for name, done in zip(identities, outcomes, strict=True) if not done]
    _out.print(f"{verb}: {len(identities) - len(missed)}")
    if missed:
        raise CommandFailed(
            f"not {verb}: {', '.join(missed)}",
            advice="No such dead letter, or a full queue: `fiblab queue dead` and `depth` tell.",
        )


@app.command
def pause() -> None:
    """Stop all workers from claiming; jobs in their hands go on."""
    _with_queue(Queue.pause)
    _out.print("paused; `fiblab queue resume` goes on")


@app.command
def resume() -> None:
    """Let workers claim again."""
    _with_queue(Queue.resume)
    _out.print("resumed")


@app.command
def events(
    *, follow: Annotated[bool, Parameter(negative="")] = False, as_json: Json = False
) -> None:
    """Print the transitions of jobs that are kept; --follow goes on as they happen."""

    async def read(queue: Queue) -> None:
        after = "-"
        while True:
            found = await queue.events(after)
            for event in found:
                print(_event_json(event) if as_json else _event_line(event), flush=True)
            if found:
                after = found[-1].id
            elif not follow:
                return
            else:
                await asyncio.sleep(0.2)  # a person watches: five looks a second

    _with_queue(read)


def _event_json(event: Event) -> str:
    return json.dumps(dataclasses.asdict(event))


def _event_line(event: Event) -> str:
    """Show an event in columns: the time here, what, whose, how far or why, and by whom."""
    milliseconds, _, _ = event.id.partition("-")
    at = datetime.fromtimestamp(int(milliseconds) / 1_000, UTC).astimezone()
    time = at.strftime("%H:%M:%S.%f")[:-3]
    line = f"{time}  {event.kind:<10} {event.job:>11}  {event.detail:<8} {event.worker or ''}"
    return line.rstrip()
