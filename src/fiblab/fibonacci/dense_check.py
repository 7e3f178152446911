"""What a store of the dense range really holds, found by computing all of it anew."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fiblab.fibonacci.dense import MAX_DENSE_INDEX, NOTHING, extend
from fiblab.fibonacci.errors import IndexRefused, Refusal, require
from fiblab.fibonacci.index import parse_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class FaultKind(StrEnum):
    """What can be wrong with a stored dense range."""

    MISSING_VALUE = "missing_value"
    WRONG_VALUE = "wrong_value"
    STRAY_VALUE = "stray_value"
    MARKER_MALFORMED = "marker_malformed"
    MARKER_TOO_HIGH = "marker_too_high"
    MARKER_TOO_LOW = "marker_too_low"


@dataclass(frozen=True, slots=True)
class DenseFault:
    """One thing that is wrong: which kind, at which index (None for the marker), in a sentence."""

    kind: FaultKind
    index: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class PrefixReport:
    """The largest index up to which every value is present and right (-1: none), and the faults.

    A store is repaired by setting its marker to `last_valid` and dropping every value beyond it.
    """

    last_valid: int
    faults: tuple[DenseFault, ...]


def longest_valid_prefix(
    values: Mapping[int, str], marker: str | None, limit: int = MAX_DENSE_INDEX
) -> PrefixReport:
    """Check the stored `values` of the range 0..`limit` and its `marker` (None where it is absent).

    Each value is compared with the number computed for it; whatever the store holds, it is
    reported, never raised. `limit` is at most 10,000: that takes about 50 ms. Raises OutOfRange for
    another limit only.
    """
    require("the end of the dense range", limit, 0, MAX_DENSE_INDEX)
    stored = {index: text for index, text in values.items() if 0 <= index <= limit}
    strays = [_stray(index, limit) for index in values if index not in stored]
    broken = list(_broken_values(stored))
    last_valid = broken[0][0] - 1 if broken else len(stored) - 1
    value_faults = [fault for _, fault in broken]
    return PrefixReport(
        last_valid, (*strays, *value_faults, *_marker_faults(marker, last_valid, limit))
    )


def _stray(index: int, limit: int) -> DenseFault:
    return DenseFault(
        FaultKind.STRAY_VALUE, index, f"F({index}) is stored, outside the dense range 0..{limit}"
    )


def _broken_values(stored: Mapping[int, str]) -> Iterator[tuple[int, DenseFault]]:
    """Yield each index, in order, that is missing below the highest one stored, or is wrong."""
    right_texts = extend(NOTHING, [], max(stored, default=NOTHING))
    for index, right_text in enumerate(right_texts):
        if index not in stored:
            detail = f"F({index}) is missing, though a later value is stored"
            yield index, DenseFault(FaultKind.MISSING_VALUE, index, detail)
        elif stored[index] != right_text:
            detail = f"the text stored for {index} is not F({index})"
            yield index, DenseFault(FaultKind.WRONG_VALUE, index, detail)


def _marker_faults(marker: str | None, last_valid: int, limit: int) -> list[DenseFault]:
    kind = _marker_fault(marker, last_valid, limit)
    if kind is None:
        return []
    found = "absent" if marker is None else f"{marker[:20]!a}"
    detail = f"the marker is {found}, the values are complete up to {last_valid}"
    return [DenseFault(kind, None, detail)]


def _marker_fault(marker: str | None, last_valid: int, limit: int) -> FaultKind | None:
    try:
        index = NOTHING if marker in (None, str(NOTHING)) else parse_index(marker, limit)
    except IndexRefused as refused:
        too_large = refused.reason is Refusal.TOO_LARGE
        return FaultKind.MARKER_TOO_HIGH if too_large else FaultKind.MARKER_MALFORMED
    if index == last_valid:
        return None
    return FaultKind.MARKER_TOO_HIGH if index > last_valid else FaultKind.MARKER_TOO_LOW
