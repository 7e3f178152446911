"""Bundles as files: what was written is read again, and what is none is refused with a reason."""

from pathlib import Path

import pytest
from tests.unit.lab.stage.runs import arm_kept, bundle

from fiblab.lab.stage import bundle as bundles


def test_a_bundle_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Nothing of a run is lost in its file."""
    written = bundle(with_=arm_kept("with", nothing_lost=True))
    bundles.write(written, tmp_path / "run.json")

    assert bundles.read(tmp_path / "run.json") == written


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged"),
        (b"{", "damaged"),
        (b"[]", "damaged"),
        (b"{}", "damaged"),
        (b'{"format":1}', "damaged"),
        (b'{"format":2,"run":"x"}', "format 2"),
        (b"\xff\xfe", "damaged"),
    ],
)
def test_what_is_no_bundle_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """The refusal names the file and says what is wrong with it."""
    path = tmp_path / "other.json"
    path.write_bytes(content)

    with pytest.raises(bundles.BadBundle, match=reason) as refused:
        bundles.read(path)

    assert "other.json" in str(refused.value)
