"""Request ids: which of a caller's are kept, and what ours are like."""

import uuid

import pytest

from fiblab.observability.request_id import MAX_LENGTH, is_well_formed, new_request_id


@pytest.mark.parametrize("text", ["a", "0199-abc_DEF.1", "x" * MAX_LENGTH])
def test_a_plain_id_is_kept(text: str) -> None:
    """Letters, digits, dot, underscore and hyphen, up to 64."""
    assert is_well_formed(text)


@pytest.mark.parametrize(
    "text",
    ["", "x" * (MAX_LENGTH + 1), "a b", "a\n", "a\r\nX: y", "a\x1b[0m", "a;b", "\u0661", "é"],
)
def test_an_id_that_could_break_a_line_or_a_header_is_not(text: str) -> None:
    """Nor one in letters that look alike."""
    assert not is_well_formed(text)


def test_new_ids_are_well_formed_differ_and_sort_by_time() -> None:
    """As UUIDs of version 7."""
    ids = [new_request_id() for _ in range(1_000)]

    assert all(map(is_well_formed, ids))
    assert len(set(ids)) == 1_000
    assert ids == sorted(ids)
    assert {uuid.UUID(one).version for one in ids} == {7}
