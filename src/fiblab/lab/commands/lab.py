"""`fiblab lab`: list the experiments, run them, open a run again, sum up many."""

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from fiblab.cli.exits import CommandFailed, Exit
from fiblab.embedded import EmbeddedError
from fiblab.embedded.data_dir import default_path
from fiblab.lab.commands.junit import junit_xml
from fiblab.lab.commands.opening import serve_bundle
from fiblab.lab.commands.report import Row, summary_table
from fiblab.lab.commands.showing import Telling, show_verdict
from fiblab.lab.experiments.registry import EXPERIMENTS, experiment
from fiblab.lab.stage import bundle as bundles
from fiblab.lab.stage.experiment import Experiment
from fiblab.lab.stage.lines import EXIT_STATUS, Bundle
from fiblab.lab.stage.run import new_order, play_alone

app = App(
    name="lab",
    help="""See a guarantee hold, take the pattern behind it away, and see it break.

Each experiment starts a system of its own: real Redis, real PostgreSQL, real processes. Nothing of
a lab that runs is touched. The verdict comes from what happened, not from an opinion.
""",
    help_format="markdown",
    help_epilogue="""    fiblab lab list
    fiblab lab run crash --twin
    fiblab lab run all --twin --junit report.xml
    fiblab lab open crash-7.json

Exit codes of `run`: 0 valid · 1 an invariant was broken · 2 it could not be told, or wrong usage
""",
)

Json = Annotated[bool, Parameter(name="--json", negative="")]

_out = Console(highlight=False)


@app.command(name="list")
def list_them(*, as_json: Json = False) -> None:
    """List the experiments: what each asks, and the pattern behind it."""
    if as_json:
        described = [one.described(with_answer=False) for one in EXPERIMENTS]
        _out.out(msgspec.json.encode(described).decode())
        return
    table = Table("Id", "Question", "Pattern", "About", box=None, pad_edge=False)
    for one in EXPERIMENTS:
        table.add_row(one.id, one.question, one.pattern, f"{one.lasts_s} s")
    _out.print(table)


@app.command
def run(  # noqa: PLR0913 - each is one independent choice, by name
    ids: Annotated[list[str], Parameter(negative="")],
    /,
    *,
    twin: Annotated[bool, Parameter(negative="")] = False,
    seed: int | None = None,
    bundle: Path | None = None,
    junit: Path | None = None,
    as_json: Json = False,
) -> int:
    """Run experiments, each on a system of its own, and give the verdict.

    Parameters
    ----------
    ids
        Which ones, as `fiblab lab list` names them; `all` for every one.
    twin
        Play each a second time without its pattern, and expect to see the guarantee break.
    seed
        Draws the load; drawn itself, and told, if left out.
    bundle
        Where the run is kept, to be opened again; a folder if there are several. The lab's own
        folder if left out.
    junit
        A file for CI and for grading: one test a check, in JUnit's XML.
    as_json
        Write the verdicts to standard output as JSON, and nothing else there.

    """
    played: list[Bundle] = []
    for one in _chosen(ids):
        order = new_order(one, seed=seed, twin=twin)
        telling = Telling(order)
        try:
            played.append(play_alone(order, telling.tell))
        except EmbeddedError as error:
            raise CommandFailed(str(error)) from error
        path = _keep(played[-1], bundle, several=len(ids) > 1 or ids == ["all"])
        telling.done(path)
        if not as_json:
            show_verdict(_out, played[-1])
    if as_json:
        _out.out(msgspec.json.encode([_verdict(one) for one in played]).decode())
    if junit is not None:
        junit.write_bytes(junit_xml(played))
    return exit_status(played)


@app.command(name="open")
def open_bundle(bundle: Path, /, *, port: int = 0, browser: bool = True) -> None:
    """Open a run again, without any system: scrub back and forth, slow it down, step by step.

    Parameters
    ----------
    bundle
        A file that `run` or the page's Download has written.
    port
        Where the page shall be; 0: any free one.
    browser
        Open the page once it answers.

    """
    serve_bundle(_read(bundle), port=port, browser=browser)


@app.command
def report(bundles_or_folders: list[Path] | None = None, /, *, as_json: Json = False) -> None:
    """Sum up runs in a table: a classroom's, or all that this machine has kept.

    Parameters
    ----------
    bundles_or_folders
        Bundles, or folders that hold some; the lab's own folder if left out.
    as_json
        Write the table's rows to standard output as JSON.

    """
    rows = [Row.of(_read(path)) for path in _files(bundles_or_folders or [_own_folder()])]
    if as_json:
        _out.out(msgspec.json.encode(rows).decode())
    else:
        _out.print(summary_table(rows) if rows else "No run is kept: try `fiblab lab run crash`.")


def _chosen(ids: list[str]) -> list[Experiment]:
    if ids == ["all"]:
        return list(EXPERIMENTS)
    try:
        return [experiment(name) for name in ids]
    except KeyError as unknown:
        known = ", ".join(one.id for one in EXPERIMENTS)
        message = f"there is no experiment {unknown.args[0]!r}"
        raise CommandFailed(message, advice=f"Those there are: {known}.", code=Exit.USAGE) from None


def _keep(bundle: Bundle, wanted: Path | None, *, several: bool) -> Path:
    folder = wanted if wanted and several else _own_folder()
    path = wanted if wanted and not several else folder / f"{bundle.run}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        bundles.write(bundle, path)
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {error.strerror}") from error
    return path


def _own_folder() -> Path:
    return default_path() / "lab" / "runs"


def _files(places: list[Path]) -> list[Path]:
    return [
        file
        for place in places
        for file in (sorted(place.glob("*.json")) if place.is_dir() else [place])
    ]


def _read(path: Path) -> Bundle:
    try:
        return bundles.read(path)
    except (OSError, bundles.BadBundle) as error:
        raise CommandFailed(str(error), code=Exit.USAGE) from error


def _verdict(bundle: Bundle) -> dict[str, object]:
    return {
        "experiment": bundle.experiment.id,
        "run": bundle.run,
        "seed": bundle.seed,
        "outcome": bundle.outcome,
        "why": bundle.why,
        "checks": [check for kept in bundle.arms.values() for check in kept.checks],
    }


def exit_status(played: list[Bundle]) -> int:
    """Give the worst: a broken invariant outweighs what could not be told."""
    outcomes = {bundle.outcome for bundle in played}
    return next(EXIT_STATUS[one] for one in ("broken", "unclear", "valid") if one in outcomes)
