"""What a benchmark found: kept as JSON, shown as tables and plots."""

import os
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Literal, Self

import msgspec

Better = Literal["more", "less"]


class Measurement(msgspec.Struct, frozen=True):
    """One thing, measured on all sides."""

    what: str
    """Such as "GET, 32 connections": unique in its report, and what a bar refers to."""
    unit: str
    better: Better
    sides: dict[str, list[float]]
    """Side -> one value a round, in the order of the rounds."""

    def middle(self, side: str) -> float:
        """Return the median of a side."""
        return median(self.sides[side])


class Curve(msgspec.Struct, frozen=True):
    """A figure over a size, on all sides."""

    what: str
    unit: str
    over: str
    """What grows along the curve, such as "waiting jobs"."""
    better: Better
    sides: dict[str, dict[int, list[float]]]
    """Side -> size -> one value a round."""


class Report(msgspec.Struct, frozen=True):
    """One run of one benchmark."""

    benchmark: str
    when: str
    machine: dict[str, str]
    versions: dict[str, str]
    rounds: int
    measurements: list[Measurement]
    curves: list[Curve]
    notes: list[str]
    """What a reader must know to read the figures rightly."""

    @classmethod
    def of(  # noqa: PLR0913 - one name for each field
        cls,
        benchmark: str,
        *,
        rounds: int,
        versions: Mapping[str, str],
        measurements: Sequence[Measurement] = (),
        curves: Sequence[Curve] = (),
        notes: Sequence[str] = (),
    ) -> Self:
        """Make a report of a run that ends now, on this machine."""
        return cls(
            benchmark=benchmark,
            when=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            machine=this_machine(),
            versions=dict(versions),
            rounds=rounds,
            measurements=list(measurements),
            curves=list(curves),
            notes=list(notes),
        )

    def measurement(self, what: str) -> Measurement:
        """Find a measurement. Raises KeyError with those that there are."""
        for measurement in self.measurements:
            if measurement.what == what:
                return measurement
        raise KeyError(f"{what!r} is not among {[found.what for found in self.measurements]}")

    def save(self, folder: Path) -> Path:
        """Write `BENCHMARK.json` into a folder, and return its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.benchmark}.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")
        return path


def load(path: Path) -> Report:
    """Read a report that was saved."""
    return msgspec.json.decode(path.read_bytes(), type=Report)


def this_machine() -> dict[str, str]:
    """Say what the figures depend on."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    """Name the processor; Python knows no more than its kind, so Linux is asked first."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
