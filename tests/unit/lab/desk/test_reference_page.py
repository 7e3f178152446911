"""The lab's problem types: their page is current, and they share no name with the product's."""

from pathlib import Path

from fiblab.lab.desk import problems
from fiblab.server.problem_type import ProblemType, reference_page
from fiblab.server.problems import TABLE

REFERENCE = Path(__file__).parents[4] / "docs" / "reference"


def test_the_page_is_current() -> None:
    """docs/reference/lab-problems.md: run `python -m fiblab.lab.desk.problems`."""
    page = reference_page(problems.TABLE, "Problem types of the lab", "fiblab.lab.desk.problems")
    assert (REFERENCE / "lab-problems.md").read_text() == page


def test_each_type_is_in_the_table_and_has_a_name_of_its_own() -> None:
    """A client tells them apart by their names alone."""
    defined = [kind for kind in vars(problems).values() if isinstance(kind, ProblemType)]
    assert sorted(kind.slug for kind in defined) == sorted(kind.slug for kind in problems.TABLE)
    both = [kind.slug for kind in (*problems.TABLE, *TABLE)]
    assert len(set(both)) == len(both)
