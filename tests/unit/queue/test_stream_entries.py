"""Ids of the stream's entries: read strictly, and in the order of the stream."""

import pytest

from fiblab.queue.stream_entries import BEGINNING, EntryId


def test_ids_are_ordered_by_time_and_then_by_number() -> None:
    """As numbers, not as text."""
    ids = [EntryId.parse(text) for text in ("10-0", "9-99", "9-100", "0-0")]
    assert [str(entry_id) for entry_id in sorted(ids)] == ["0-0", "9-99", "9-100", "10-0"]
    assert min(ids) == BEGINNING


@pytest.mark.parametrize(
    "text", ["", "5", "5-", "-5", "a-0", "5-0 ", "5-0\n", "+5-0", "٣-0", "1" * 16 + "-0", "5-0-0"]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    """Also what Redis would read in a way of its own, or could not hold."""
    with pytest.raises(ValueError, match="is no id of a stream's entry"):
        EntryId.parse(text)
