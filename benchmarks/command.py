"""The command line of the benchmarks: what to measure, how often, and where the figures go."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from launcher.tools import SetUpError

from benchmarks import published
from benchmarks.measuring import table
from benchmarks.measuring.options import Options
from benchmarks.measuring.report import Report
from benchmarks.measuring.turns import TurnError

#: What can be measured, in the order of a whole run -> what is measured there.
BENCHMARKS = {
    "start": "the lab from a fresh clone, and again; memory of its processes",
    "http": "requests beside Express and Fastify",
    "queue": "jobs beside ten queues",
    "fibonacci": "F(n) as text beside five libraries",
    "growth": "calls against a million waiting jobs and ten million rows",
    "page": "the page in Chromium: size, start, frames",
}


class Benchmark(Protocol):
    """What a benchmark's package offers."""

    def run(self, options: Options) -> Report:
        """Measure, saying on standard error what is being done."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; 0 done, 1 worse than it was or not measured, 2 usage."""
    options = _parser().parse_args(arguments)
    try:
        if options.what == ["check"]:
            return _check(keep=options.keep)
        if options.what != ["report"]:
            _measure(options)
    except (TurnError, SetUpError) as failure:
        print(f"fiblab bench: {failure}", file=sys.stderr)
        return 1
    if not options.quick:
        published.write(options.into)
    return 0


def _parser() -> argparse.ArgumentParser:
    lines = [f"  {name:<10} {what}" for name, what in BENCHMARKS.items()]
    parser = argparse.ArgumentParser(
        prog="fiblab bench",
        description="Measure fiblab and its peers side by side, in turns, on this machine:\n\n"
        + "\n".join(lines)
        + "\n  check      whether a ratio got worse than it was, in two minutes"
        "\n  report     the page and its plots once more, from what was measured",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    choices = [*BENCHMARKS, "check", "report"]
    parser.add_argument("what", nargs="*", choices=[*choices, []], metavar="what", help="all")
    parser.add_argument("--rounds", type=int, help="turns of each side")
    parser.add_argument("--quick", action="store_true", help="only show that it runs")
    parser.add_argument("--keep", action="store_true", help="check: keep what is measured now")
    parser.add_argument("--into", type=Path, default=published.FOLDER, help="where figures go")
    return parser


def _measure(options: argparse.Namespace) -> None:
    for name in options.what or BENCHMARKS:
        print(f"== {name}: {BENCHMARKS[name]}", file=sys.stderr, flush=True)
        benchmark = cast("Benchmark", import_module(f"benchmarks.{name}"))
        report = benchmark.run(Options(rounds=options.rounds, quick=options.quick))
        if not options.quick:
            report.save(options.into)
        print(table.measurements(report))
        for curve in report.curves:
            print(f"{curve.what} ({curve.unit})\n\n{table.curve(curve)}")


def _check(*, keep: bool) -> int:
    from benchmarks import check  # noqa: PLC0415 - measures, and a report must not load it

    return check.run(keep=keep)
