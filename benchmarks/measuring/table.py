"""Reports as tables in Markdown, for the terminal and for the page."""

from collections.abc import Iterable
from statistics import median

from benchmarks.measuring.bars import Bar
from benchmarks.measuring.report import Curve, Measurement, Report

BARS_HEAD = """| Bar | Wanted | Measured | Range of the rounds | |
|---|---|---|---|---|
"""


def measurements(report: Report) -> str:
    """Write one table with all measurements of a report: medians and ranges."""
    lines = ["| What | Side | Median | Range |", "|---|---|---:|---:|"]
    for measurement in report.measurements:
        lines += _rows(measurement)
    return "\n".join(lines) + "\n"


def _rows(measurement: Measurement) -> Iterable[str]:
    for place, (side, values) in enumerate(measurement.sides.items()):
        what = f"{measurement.what} ({measurement.unit})" if place == 0 else ""
        yield (
            f"| {what} | {side} | {number(median(values))} "
            f"| {number(min(values))} - {number(max(values))} |"
        )


def curve(of: Curve) -> str:
    """Write a table of a curve: a row a size, a column a side, medians."""
    sizes = sorted({size for points in of.sides.values() for size in points})
    lines = [
        f"| {of.over} | {' | '.join(of.sides)} |",
        "|---:|" + "---:|" * len(of.sides),
    ]
    for size in sizes:
        cells = [_cell(points.get(size)) for points in of.sides.values()]
        lines.append(f"| {size:,} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(values: list[float] | None) -> str:
    return number(median(values)) if values else ""


def bars(judged: Iterable[tuple[Bar, Report | None]]) -> str:
    """Write the table of bars; a bar whose benchmark was not run says so."""
    return BARS_HEAD + "".join(_bar(bar, report) for bar, report in judged)


def _bar(bar: Bar, report: Report | None) -> str:
    name = f"{bar.benchmark}: {bar.what}"
    if report is None:
        return f"| {name} | | | | not measured |\n"
    measurement, verdict = report.measurement(bar.what), bar.judge(report)
    ending = "x" if bar.peers else f" {measurement.unit}"
    sign = "at least" if bar.peers or measurement.better == "more" else "at most"
    wanted = f"{sign} {number(bar.limit)}{ending}"
    against = f" of {verdict.against}" if bar.peers else ""
    side = "" if bar.ours == "fiblab" else f" ({bar.ours})"
    result = "met" if verdict.met else f"**missed by {verdict.missed_by:.0%}**"
    return (
        f"| {name}{side} | {wanted}{against} | {number(verdict.value)}{ending} "
        f"| {number(verdict.low)} - {number(verdict.high)} | {result} |\n"
    )


def number(value: float) -> str:
    """Write three significant digits, or all digits of a greater number."""
    size = abs(value)
    if size >= 100:  # noqa: PLR2004 - from here on three digits are the whole part
        return f"{value:,.0f}"
    return f"{value:.3g}"
