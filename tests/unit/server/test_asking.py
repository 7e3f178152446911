"""A request's rows in the ledger: one for each index, and its ends told apart."""

import pytest

from fiblab.server.intake import Asking


def asking(*indices: int) -> Asking:
    """Give a request with the key `k`."""
    return Asking(indices, "client", "key:k", has_key=True, request_id="r", traceparent="")


@pytest.mark.parametrize(
    ("indices", "rows", "ends"),
    [
        ((7,), ["key:k"], (7, None)),
        ((7, 8), ["key:k", "key:k last"], (7, 8)),
        ((7, 8, 9), ["key:k", "key:k 8", "key:k last"], (7, 9)),
    ],
)
def test_rows(indices: tuple[int, ...], rows: list[str], ends: tuple[int, int | None]) -> None:
    """The first row bears the key alone, so that one index and a range cannot share a key."""
    asked = asking(*indices)
    assert asked.rows() == rows
    assert asked.ends() == ends
    assert len(set(asked.rows())) == len(indices)
