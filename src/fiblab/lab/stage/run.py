"""One run of an experiment: both arms, the checks, the outcome, the bundle."""

import asyncio
import platform
import secrets
import signal
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import FrameType

import uvloop

from fiblab.embedded import EmbeddedStack
from fiblab.lab.stage.arm import ArmPlayer, Emit
from fiblab.lab.stage.bundle import FORMAT
from fiblab.lab.stage.experiment import Check, Experiment
from fiblab.lab.stage.lines import (
    Arm,
    ArmKept,
    Begin,
    Bundle,
    End,
    Happening,
    Judged,
    Predicted,
    Step,
)
from fiblab.lab.stage.log import TooLate
from fiblab.lab.stage.outcome import outcome_of
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stores import Stores, own_stores

#: Seeds that are easy to write down.
SEED_LIMIT = 1_000_000
#: What ends a run before its time.
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)
#: What a bundle says of the versions that made it.
PACKAGES = ("asyncpg", "blacksheep", "uvicorn", "redis", "gmpy2")


@dataclass(frozen=True, slots=True)
class Order:
    """What to play: with `twin` both arms, else only the one with the pattern."""

    experiment: Experiment
    seed: int
    twin: bool
    run: str
    choice: int | None = None

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Which arms are played, in this order."""
        return ("with", "without") if self.twin else ("with",)


async def play(order: Order, stores: Stores, emit: Emit) -> Bundle:
    """Play a run on stores that run, telling each line of it; return what is to be kept.

    What an arm could not tell makes the outcome unclear and no error.
    """
    started = _now()
    versions = _versions(stores.stack)
    described = order.experiment.described(with_answer=True)
    emit(Begin(order.run, described, order.seed, order.arms, versions, started))
    kept: dict[Arm, ArmKept] = {}
    with tempfile.TemporaryDirectory(prefix="fiblab-stage-") as folder:
        for arm in order.arms:
            kept[arm] = await _play_arm(order, arm, stores, Path(folder), emit)
    outcome, why = outcome_of(order.experiment, kept)
    emit(End(outcome, why))
    return Bundle(
        format=FORMAT,
        run=order.run,
        experiment=described,
        seed=order.seed,
        arms=kept,
        outcome=outcome,
        why=why,
        versions=versions,
        started_at=started,
        ended_at=_now(),
        prediction=_predicted(order),
    )


async def _play_arm(order: Order, arm: Arm, stores: Stores, folder: Path, emit: Emit) -> ArmKept:
    experiment = order.experiment
    happenings: list[Happening] = []

    def note(line: object) -> None:
        if isinstance(line, Happening):
            happenings.append(line)
        emit(line)  # type: ignore[arg-type] # an arm emits lines only

    player = ArmPlayer(experiment, arm, order.seed, stores, folder, note)
    try:
        record = await player.play()
    except TooLate as late:
        judged = [Judged(arm, one.id, one.says, None, (str(late),)) for one in experiment.checks]
    else:
        judged = [_judge(arm, check, record) for check in experiment.checks]
    for line in judged:
        emit(line)
    in_order = sorted(happenings, key=lambda happening: happening.at_ms)
    return ArmKept(tuple(in_order), tuple(judged), player.settings, player.without)


def _judge(arm: Arm, check: Check, record: ArmRecord) -> Judged:
    finding = check.judge(record)
    return Judged(arm, check.id, check.says, finding.holds, tuple(finding.evidence))


def _predicted(order: Order) -> Predicted | None:
    if order.choice is None:
        return None
    return Predicted(order.choice, order.choice == order.experiment.prediction.answer)


def _versions(stack: EmbeddedStack) -> dict[str, str]:
    packages = {name: version(name) for name in PACKAGES}
    assert stack.redis is not None  # noqa: S101 - the stage's stores are its own
    program = stack.redis.program
    return {
        "Python": platform.python_version(),
        program.name: ".".join(map(str, program.version)),
        **packages,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def play_alone(order: Order, emit: Emit) -> Bundle:
    """Play a run on stores of its own, in the main thread.

    SIGTERM and Ctrl-C end it after all that it has started has been healed and ended: raises
    SystemExit then. Raises an EmbeddedError where the stores do not start.
    """
    for number in ENDING_SIGNALS:  # also where a shell has set Ctrl-C to be ignored
        signal.signal(number, _exit)

    def say(text: str) -> None:
        emit(Step(order.arms[0], text))

    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    with own_stores(say) as stores, runner:
        return runner.run(_until_told_to_stop(play(order, stores, emit)))


async def _until_told_to_stop(playing: Coroutine[None, None, Bundle]) -> Bundle:
    task, told = asyncio.ensure_future(playing), list[int]()

    def stop(number: int) -> None:
        told.append(number)
        task.cancel()

    for number in ENDING_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        raise SystemExit(128 + told[0]) from None


def _exit(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)  # as a shell would tell it


def new_order(
    experiment: Experiment,
    *,
    seed: int | None,
    twin: bool,
    run: str = "",
    choice: int | None = None,
) -> Order:
    """Make an order, drawing what is left out."""
    chosen = secrets.randbelow(SEED_LIMIT) if seed is None else seed
    name = run or f"{experiment.id}-{chosen}-{secrets.token_hex(3)}"
    return Order(experiment, chosen, twin, name, choice)
