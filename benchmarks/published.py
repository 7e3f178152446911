"""docs/reference/performance.md and its plots, made from the reports beside it."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import table
from benchmarks.measuring.bars import BARS, Bar
from benchmarks.measuring.report import Report, load

#: Where the published reports are; the page stands beside this folder.
FOLDER = Path(__file__).parents[1] / "docs" / "reference" / "performance"

HEAD = """# Performance, measured

Generated from the files in [performance/](performance/) by `./fiblab bench report`: do not edit.
How each figure is taken, and what to think of it: the [method](../../benchmarks/README.md). Measure
it yourself: `./fiblab bench`.

A ratio is the median of all rounds of one run, ours to the peer's, above 1 when ours is better; its
range is that of the rounds, each beside the peer's turn of the same round. Machines like this one
swing by a third from hour to hour: ratios mean something, absolute figures little.

## The bars

"""

TITLES = {
    "http": "Requests",
    "queue": "Queue",
    "fibonacci": "Fibonacci numbers",
    "growth": "Growth",
    "start": "Start",
    "page": "Page",
}


def write(folder: Path = FOLDER) -> None:
    """Draw the plots of all reports in a folder, and write the page beside the folder."""
    from benchmarks.measuring.plot import draw  # noqa: PLC0415 - matplotlib takes a second

    for report in reports(folder).values():
        draw(report, folder)
    (folder.parent / "performance.md").write_text(page(reports(folder)), encoding="utf-8")


def reports(folder: Path = FOLDER) -> dict[str, Report]:
    """Load the reports that there are."""
    paths = {name: folder / f"{name}.json" for name in TITLES}
    return {name: load(path) for name, path in paths.items() if path.is_file()}


def page(measured: dict[str, Report], bars: Sequence[Bar] = BARS) -> str:
    """Write the page."""
    judged = [(bar, measured.get(bar.benchmark)) for bar in bars]
    sections = [_section(report) for report in measured.values()]
    return HEAD + table.bars(judged) + "".join(sections)


def _section(report: Report) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    versions = ", ".join(f"{name} {value}" for name, value in report.versions.items())
    curves = [
        f"\n### {curve.what} ({curve.unit})\n\n{table.curve(curve)}" for curve in report.curves
    ]
    parts = [
        f"\n## {TITLES[report.benchmark]}\n\n",
        f"{report.when}, {report.rounds} rounds. {machine}. {versions}.\n\n",
        *(f"- {note}\n" for note in report.notes),
        *([_picture(report, ""), table.measurements(report)] if report.measurements else []),
        *([_picture(report, "-curves"), *curves] if curves else []),
    ]
    return "".join(parts)


def _picture(report: Report, kind: str) -> str:
    title = TITLES[report.benchmark]
    return f"\n![{title}: medians and ranges](performance/{report.benchmark}{kind}.svg)\n\n"
