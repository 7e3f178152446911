"""F(n) as text in a process of its own: every side, cold and warm, at each n."""

from collections.abc import Iterator, Mapping
from functools import partial

from benchmarks.fibonacci.sides import CONTROL, OURS, WITH_KERNEL, Side, take
from benchmarks.measuring.cores import SERVICE_CORE, on_core
from benchmarks.measuring.report import Curve, Measurement
from benchmarks.measuring.turns import Turn, take_turns

#: Each n, and how many turns each side gets: fewer where a turn takes most of a minute.
POWERS_OF_TEN = {10**4: 7, 10**5: 7, 10**6: 7, 10**7: 7, 10**8: 3}

#: Where the fallback is at its worst: on both sides of its crossover, and right beyond 2^17,
#: 3 * 2^16 and 2^18 words of 19 digits, to which libmpdec pads its transforms.
WORST = {6_999_999: 7, 7_000_000: 7, 11_920_000: 5, 17_880_000: 5, 23_840_000: 5}

#: Who is measured there: the others are no nearer to ours than gmpy2.
AT_WORST = (OURS, WITH_KERNEL, "gmpy2", CONTROL)

#: Seconds of warm calls in a turn, after which it ends with the call that it is in.
TURN_SECONDS = 1.0


class WrongTextError(ValueError):
    """A side has computed another number than the first side: its figures count for nothing."""


def measure(sides: Mapping[str, Side], rounds: int | None) -> tuple[list[Measurement], Curve]:
    """Measure all sides at the powers of ten, and the nearest ones at the worst lengths."""
    measurements = [
        measurement
        for index, usual in POWERS_OF_TEN.items()
        for measurement in at(index, sides, rounds or usual)
    ]
    curve = _curve(measurements)
    nearest = {name: side for name, side in sides.items() if name in AT_WORST}
    for index, usual in WORST.items():
        measurements += at(index, nearest, rounds or usual)
    return measurements, curve


def at(
    index: int, sides: Mapping[str, Side], rounds: int, seconds: float = TURN_SECONDS
) -> Iterator[Measurement]:
    """Let the sides take turns at one n. Raises WrongTextError where they disagree."""
    digests: set[str] = set()
    turns: dict[str, Turn] = {
        name: partial(_turn, side, index, seconds, digests) for name, side in sides.items()
    }
    with on_core(SERVICE_CORE):
        figures = take_turns(turns, rounds)
    for kind, words in (("warm", ""), ("cold", ", first call")):
        yield Measurement(f"F({index:,}) as text{words}", "ms", "less", figures[kind])


def _turn(side: Side, index: int, seconds: float, digests: set[str]) -> Mapping[str, float]:
    taken = take(side, index, seconds)
    digests.add(taken.digest)
    if len(digests) > 1:
        raise WrongTextError(f"{side.program} has computed another F({index:,})")
    return {"warm": taken.warm, "cold": taken.cold}


def _curve(measurements: list[Measurement]) -> Curve:
    """Put the warm calls at the powers of ten over n; the control is no line of its own."""
    by_what = {measurement.what: measurement.sides for measurement in measurements}
    points = {index: by_what[f"F({index:,}) as text"] for index in POWERS_OF_TEN}
    names = [name for name in points[min(points)] if name != CONTROL]
    sides = {name: {index: found[name] for index, found in points.items()} for name in names}
    return Curve("F(n) as text", "ms", "n", "less", sides)
