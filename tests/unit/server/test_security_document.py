"""SECURITY.md: each defence that it claims names a test, and the test is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")

#: A test's name that leads to its file.
PROOF = re.compile(r"\[`(test_\w+)`\]\((tests/[\w/.]+\.py)\)")

#: Rows of the tables whose last column is what proves the defence.
HEADER = "| Attempt | Defence | Proved by |"
TABLES = [part.partition("\n\n")[0] for part in TEXT.split(HEADER)[1:]]
ROWS = [row for table in TABLES for row in table.splitlines()[2:]]


@pytest.mark.parametrize(("name", "path"), sorted(set(PROOF.findall(TEXT))))
def test_a_proof_is_there(name: str, path: str) -> None:
    """The test that a defence names is defined in the file that it leads to."""
    assert re.search(rf"def {name}\(", (ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS)
def test_every_defence_has_a_proof(row: str) -> None:
    """No row of a table of attempts is without a test."""
    *_, proof, end = row.split("|")
    assert end == ""
    assert PROOF.search(proof)


def test_the_tables_are_found() -> None:
    """The document still has its tables, so that the tests above look at something."""
    assert len(TABLES) >= 5
    assert len(ROWS) >= 20
