"""Each seeded bug is found, and the table of what was found is the one that is published."""

from pathlib import Path

import pytest

from fiblab.lab.selftest.bench import Stores
from fiblab.lab.selftest.table import DRILLS, page_of, self_test
from fiblab.lab.variants import ABLATIONS, Ablation, LuaEdit

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "checker-self-test.md"


@pytest.mark.parametrize("ablation", ABLATIONS, ids=lambda ablation: ablation.name)
async def test_bug_is_found(ablation: Ablation, redis_url: str, migrated_url: str) -> None:
    """The drill is clean without the bug; with it the checker says what the page says."""
    tested = await self_test(ablation, Stores(redis_url, migrated_url))
    assert tested.control.breaches == ()
    assert tested.found
    assert tested.row() in PAGE.read_text(encoding="utf-8")


def test_page_is_as_generated() -> None:
    """The page has a row for each bug, in the catalogue's order, and nothing else is edited."""
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines(keepends=True) if line.startswith("| ")][1:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [
        ablation.name for ablation in ABLATIONS
    ]
    assert text == page_of(rows)


def test_every_bug_has_its_drill() -> None:
    """No pattern is in the catalogue without a drill that needs it."""
    assert DRILLS.keys() == {ablation.name for ablation in ABLATIONS}


def test_edit_must_find_its_place() -> None:
    """An edit whose text is gone from the Lua would seed no bug, and says so."""
    edit = LuaEdit("fiblab.queue", "complete", "this is not there", "")
    with pytest.raises(ValueError, match="must hold 'this is not there' once"):
        Ablation("none", "Nothing.", (1,), (edit,)).loader()
