"""Runs, one at a time: begun, followed, cancelled, and written down when they are over."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import UNSET

from fiblab.lab.desk.catalogue import find, right_choice
from fiblab.lab.desk.journal import Journal
from fiblab.lab.desk.problems import NO_SUCH_RUN, RUN_UNDER_WAY
from fiblab.lab.desk.run import Run
from fiblab.lab.desk.stage_process import STAGE, StageProcess
from fiblab.lab.desk.wire import RunAsked, RunItem
from fiblab.server.problems import Refusal, invalid

#: Seeds that are easy to write down.
SEED_LIMIT = 1_000_000

#: Runs that a list shows.
LISTED_LIMIT = 200


class Runs:
    """The run under way or the last one, with all its lines, and the journal of those before.

    `stage` is the program that plays a run. `close` it: no run outlives the desk.
    """

    def __init__(self, journal: Journal, stage: Sequence[str] = STAGE) -> None:
        self._journal = journal
        self._stage = stage
        self._latest: Run | None = None
        self._process: StageProcess | None = None
        self._following: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    async def begin(self, asked: RunAsked) -> Run:
        """Start a run; raises Refusal, definite, for a bad request or where another one runs."""
        _check(asked)
        if self._latest is not None and not self._latest.is_over:
            raise Refusal(RUN_UNDER_WAY, f"{self._latest.name} runs. {RUN_UNDER_WAY.advice}")
        seed = secrets.randbelow(SEED_LIMIT) if asked.seed is UNSET else asked.seed
        run = Run(_new_name(asked.experiment), asked.experiment, seed, asked.choice)
        before, self._latest = self._latest, run  # now: no other may begin while this one starts
        try:
            log = self._journal.log_path(run.name)
            process = await StageProcess.start(self._program(run), log)
        except BaseException:
            self._latest = before
            raise
        self._process, self._ending = process, None
        self._following = asyncio.create_task(self._follow(run, process))
        return run

    def _program(self, run: Run) -> list[str]:
        options = ["--seed", str(run.seed), "--run", run.name]
        if run.choice is not UNSET:
            options += ["--choice", str(run.choice)]
        bundle = str(self._journal.bundle_path(run.name))
        return [*self._stage, run.experiment, *options, "--bundle", bundle]

    async def _follow(self, run: Run, process: StageProcess) -> None:
        await run.follow(process)
        self._journal.add(run.answer(right_choice(run.experiment)))

    def find(self, name: str) -> Run:
        """Give the run under way, or the last one; raises Refusal for any other."""
        if self._latest is None or self._latest.name != name:
            raise Refusal(NO_SUCH_RUN, "Lines are kept of the last run alone; others have bundles.")
        return self._latest

    def items(self) -> list[RunItem]:
        """List the runs, the latest first."""
        running = [self._latest.item] if self._latest and not self._latest.is_over else []
        over = [
            RunItem(one.run, one.experiment, one.seed, one.state, one.started_at, one.outcome)
            for one in reversed(self._journal.answers[-LISTED_LIMIT:])
        ]
        return running + over

    def cancel(self, name: str) -> Run:
        """Ask a run to heal and end, which takes some seconds; nothing if it is over."""
        run = self.find(name)
        if not run.is_over and self._process is not None and self._ending is None:
            run.note_cancelled()
            self._ending = asyncio.create_task(self._process.end())
        return run

    async def close(self) -> None:
        """Cancel the run under way, and return when nothing is left of it."""
        if self._latest is not None:
            self.cancel(self._latest.name)
        if self._following is not None:
            await self._following


def _check(asked: RunAsked) -> None:
    choices = find(asked.experiment).prediction.choices
    if asked.choice is not UNSET and asked.choice >= len(choices):
        raise invalid("choice", f"must be from 0 to {len(choices) - 1}")


def _new_name(experiment: str) -> str:
    now = datetime.now(UTC)
    return f"{experiment}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
