"""The committed reference pages are what the code says."""

import json
from pathlib import Path
from typing import Any

import pytest

from fiblab.server import problems
from fiblab.server.openapi import Limits, build_document
from fiblab.server.problem_type import ProblemType, reference_page

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
DOCUMENT = build_document(Limits())


def test_openapi_json_is_current() -> None:
    """docs/reference/openapi.json equals the document: run `python -m fiblab.server.openapi`."""
    assert json.loads((REFERENCE / "openapi.json").read_text()) == DOCUMENT


def test_problems_page_is_current() -> None:
    """docs/reference/problems.md equals the table: run `python -m fiblab.server.problems`."""
    page = reference_page(problems.TABLE, "Problem types", "fiblab.server.problems")
    assert (REFERENCE / "problems.md").read_text() == page


def test_problem_types_are_distinct() -> None:
    """No two problem types share a name, and all of them are in the table."""
    defined = [kind for kind in vars(problems).values() if isinstance(kind, ProblemType)]
    assert sorted(kind.slug for kind in defined) == sorted(kind.slug for kind in problems.TABLE)
    assert len({kind.slug for kind in problems.TABLE}) == len(problems.TABLE)


def references(node: Any) -> list[str]:
    """Collect every `$ref` under a node."""
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [found for value in node.values() for found in references(value)]
    if isinstance(node, list):
        return [found for value in node for found in references(value)]
    return []


@pytest.mark.parametrize("pointer", sorted(set(references(DOCUMENT))))
def test_references_resolve(pointer: str) -> None:
    """Every reference of the document points to something within it."""
    node: Any = DOCUMENT
    for step in pointer.removeprefix("#/").split("/"):
        node = node[step]
    assert isinstance(node, dict)
