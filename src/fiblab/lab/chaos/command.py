"""`fiblab chaos`: the fault matrix upon a running system, under load, and a verdict."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from fiblab.cli.exits import CommandFailed, Exit

EXAMPLES = """It starts a system of its own on loopback, with stores that write everything down,
lets clients ask for numbers, and kills, freezes, cuts and starves what it has started. At the end
nothing may be lost, nothing wrong: a checker reads what clients saw, the queue's events, Redis and
the ledger.

    fiblab chaos
    fiblab chaos --minutes 25 --seed 7
    fiblab chaos --minutes 25 --report docs/reference

The seed draws load and faults. Which of them meet is up to the machine: give it the same seed and
a few minutes more to see a breach again. What a run saw is kept in its folder.
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")

#: Seeds that are easy to write down.
SEED_LIMIT = 1_000_000


@app.default
def chaos(  # noqa: PLR0913 - each is one independent choice, by name
    *,
    minutes: Annotated[float, Parameter(validator=Number(gt=0, lte=24 * 60))] = 2.0,
    seed: int | None = None,
    rate: Annotated[float, Parameter(validator=Number(gt=0))] = 600.0,
    faults_per_minute: Annotated[float, Parameter(validator=Number(gte=0))] = 60.0,
    clients: Annotated[int, Parameter(validator=Number(gte=1))] = 96,
    folder: Path | None = None,
    report: Path | None = None,
) -> int:
    """Break a system of its own for some minutes, and say whether anything was lost or wrong.

    Parameters
    ----------
    minutes
        How long load and faults last; starting, settling and checking come on top.
    seed
        Draws load and faults; drawn itself, and told, if left out.
    rate
        Requests a second that the clients try to send, all together.
    faults_per_minute
        How many faults strike in a minute.
    clients
        How many clients send at once.
    folder
        Where the run keeps its stores, logs, history and result; a temporary one if left out.
    report
        A folder to write reliability.json and reliability.md into.

    """
    import uvloop

    from fiblab.embedded import EmbeddedError
    from fiblab.lab.chaos.report import summary, write
    from fiblab.lab.chaos.run import Options, run_chaos, temporary_folder

    options = Options(
        seconds=minutes * 60,
        seed=secrets.randbelow(SEED_LIMIT) if seed is None else seed,
        rate=rate,
        faults_per_second=faults_per_minute / 60,
        clients=clients,
    )
    folder = folder.absolute() if folder else temporary_folder()
    print(f"seed {options.seed}, folder {folder}", flush=True)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            result = runner.run(run_chaos(options, folder))
    except EmbeddedError as error:
        raise CommandFailed(str(error)) from error
    write(result, folder)
    if report is not None:
        write(result, report)
    print(summary(result))
    return Exit.OK if result.is_clean else Exit.FAILED
