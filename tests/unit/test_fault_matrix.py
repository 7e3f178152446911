"""The fault matrix names tests that exist, and says of each fault whether it is proved."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "docs" / "reference" / "fault-matrix.md").read_text().splitlines()

#: The table's rows: fault, injection, what must hold, and the tests.
ROWS = [line.strip("| ").split(" | ") for line in LINES if line.startswith("| ")][1:]

TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_proof_exists(row: list[str]) -> None:
    """Each row names tests that are there, or says that there is none."""
    _fault, _injected_by, _must_hold, proof = row
    named = TEST.findall(proof)
    assert bool(named) is (proof != "not proved")
    assert len(named) == proof.count("::"), "a test is named as `path::name`"
    for path, name in named:
        assert name in functions_of(ROOT / path), f"{path} has no {name}"


def functions_of(file: Path) -> set[str]:
    """List the functions of a module."""
    nodes = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
