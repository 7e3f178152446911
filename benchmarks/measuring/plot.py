"""Plots of a report: bars for its measurements, lines for its curves."""

from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.measuring.report import Curve, Measurement, Report

#: Ours, and everybody else.
OURS, OTHERS = "#0072b2", "#b9b9b9"

#: Inches of a plot's width, and of the height of a measurement's title and of one side's bar.
WIDTH, TITLE_HEIGHT, BAR_HEIGHT = 8.0, 0.75, 0.26
#: Inches of a curve's plot.
CURVE_HEIGHT = 2.6

# The same figures must give the same file, byte for byte.
mpl.rcParams.update({"svg.hashsalt": "fiblab", "svg.fonttype": "none", "font.size": 9})


def draw(report: Report, folder: Path) -> None:
    """Write `BENCHMARK.svg` and, where there are curves, `BENCHMARK-curves.svg` into a folder."""
    if report.measurements:
        heights = [TITLE_HEIGHT + BAR_HEIGHT * len(each.sides) for each in report.measurements]
        figure, axes = _plots(heights)
        for each, measurement in zip(axes, report.measurements, strict=True):
            _bars(each, measurement)
        figure.savefig(folder / f"{report.benchmark}.svg", metadata={"Date": None})
    if report.curves:
        figure, axes = _plots([CURVE_HEIGHT] * len(report.curves))
        for each, curve in zip(axes, report.curves, strict=True):
            _lines(each, curve)
        figure.savefig(folder / f"{report.benchmark}-curves.svg", metadata={"Date": None})


def _plots(heights: list[float]) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    axes = figure.subplots(len(heights), height_ratios=heights, squeeze=False)
    return figure, list(axes[:, 0])


def _bars(axes: Axes, measurement: Measurement) -> None:
    """Draw a bar a side, up to its median, with the range of the rounds on it."""
    names = list(measurement.sides)
    values = list(measurement.sides.values())
    middles = [median(each) for each in values]
    below = [middle - min(each) for middle, each in zip(middles, values, strict=True)]
    above = [max(each) - middle for middle, each in zip(middles, values, strict=True)]
    colours = [OURS if name.startswith("fiblab") else OTHERS for name in names]
    axes.barh(names, middles, color=colours, xerr=[below, above], error_kw={"elinewidth": 0.8})
    axes.invert_yaxis()
    axes.set_title(f"{measurement.what}, {measurement.unit}", loc="left", fontsize=9)
    axes.margins(y=0.02)
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.spines[["top", "right"]].set_visible(False)


def _lines(axes: Axes, curve: Curve) -> None:
    """Draw a line a side through the medians, with the range of the rounds as a band."""
    for side, points in curve.sides.items():
        sizes = sorted(points)
        axes.plot(sizes, [median(points[size]) for size in sizes], marker="o", ms=3, label=side)
        least = [min(points[size]) for size in sizes]
        most = [max(points[size]) for size in sizes]
        axes.fill_between(sizes, least, most, alpha=0.15)
    if max(size for points in curve.sides.values() for size in points) > 100:  # noqa: PLR2004 - powers of ten
        axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_title(f"{curve.what}, {curve.unit}", loc="left", fontsize=9)
    axes.set_xlabel(curve.over)
    axes.legend(fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
