"""How large things get, and figures by size as the curves of a report."""

from collections.abc import Mapping, Sequence

from benchmarks.measuring.report import Better, Curve, Measurement

#: Sizes past this one are left out of a quick run: filling them takes longer than seconds.
LARGEST_QUICK = 10_000

#: What `take_turns` returns: figure -> side -> a value a round.
Figures = Mapping[str, Mapping[str, list[float]]]


def powers_of_ten(first: int, last: int, *, quick: bool) -> list[int]:
    """Return 10^first, …, 10^last, as far as the run goes."""
    sizes = [10**exponent for exponent in range(first, last + 1)]
    return [size for size in sizes if size <= LARGEST_QUICK or not quick]


def side_of(size: int, over: str) -> str:
    """Name the side of a size, such as `1,000 waiting jobs`."""
    return f"{size:,} {over}"


def curve(  # noqa: PLR0913 - one name for each field
    what: str,
    unit: str,
    *,
    over: str,
    sizes: Sequence[int],
    figures: Figures,
    sides: Mapping[str, str],
    better: Better = "less",
) -> Curve:
    """Draw some figures over the sizes; `sides` names the figure of each of the curve's sides."""
    return Curve(
        what=what,
        unit=unit,
        over=over,
        better=better,
        sides={
            side: {size: figures[figure][side_of(size, over)] for size in sizes}
            for side, figure in sides.items()
        },
    )


def ends(whole: Curve) -> list[Measurement]:
    """Set the greatest size beside the least, for each side of a curve: what a bar asks about."""
    sizes = next(iter(whole.sides.values())).keys()
    return [
        Measurement(
            what=f"{side} ({whole.what})",
            unit=whole.unit,
            better=whole.better,
            sides={side_of(size, whole.over): points[size] for size in (min(sizes), max(sizes))},
        )
        for side, points in whole.sides.items()
    ]
