"""The chapters say what they must, and every line of the source that they name is where they say.

A line that has only moved is written anew by `python -m tests.unit.chapter_links`.
"""

import re
from pathlib import Path

import pytest
from tests.unit.chapter_links import CHAPTERS, LINK, ROOT, chapters, source_links, with_lines_anew

from fiblab.lab.experiments.registry import EXPERIMENTS

#: Which experiment belongs to which chapter, as the experiments themselves say.
EXPERIMENT_OF = {one.chapter: one.id for one in EXPERIMENTS}

FRONT_MATTER = re.compile(r"---\n((?:[a-z]+: .+\n)+)---\n\n")
FIELDS = ["title", "pattern", "part", "experiment", "order"]
HEADINGS = [
    "The naive version",
    "The idea",
    "How this code does it",
    "Run the experiment",
    "When not to use it",
    "Exercises",
]

of_each_chapter = pytest.mark.parametrize("chapter", chapters(), ids=lambda path: path.stem)


def front_matter(chapter: Path) -> dict[str, str]:
    """Read the fields above a chapter's text."""
    found = FRONT_MATTER.match(chapter.read_text(encoding="utf-8"))
    assert found, "it does not begin with its fields between two lines of ---"
    return dict(line.split(": ", 1) for line in found[1].splitlines())


def test_there_is_a_chapter_for_every_pattern() -> None:
    """The names are those that the experiments know, and no two stand in the same place."""
    assert {path.stem for path in chapters()} == set(EXPERIMENT_OF)
    orders = sorted(int(front_matter(path)["order"]) for path in chapters())
    assert orders == list(range(1, len(EXPERIMENT_OF) + 1))


@of_each_chapter
def test_the_front_matter_is_complete(chapter: Path) -> None:
    """Title, pattern, part of the course, its own experiment, its place in the order."""
    fields = front_matter(chapter)
    assert list(fields) == FIELDS
    assert fields["experiment"] == EXPERIMENT_OF[chapter.stem]


@of_each_chapter
def test_it_goes_through_all_its_parts(chapter: Path) -> None:
    """From the naive version to two exercises, and it says how to run its experiment."""
    text = chapter.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert f"./fiblab lab run {EXPERIMENT_OF[chapter.stem]} --twin" in text
    exercises = text.partition("## Exercises")[2]
    assert re.findall(r"^(\d)\. ", exercises, re.MULTILINE) == ["1", "2"]


@of_each_chapter
def test_its_links_into_the_source_are_right(chapter: Path) -> None:
    """The code in a link's title stands on the very line, in a file that the page can show."""
    links = list(source_links(chapter.read_text(encoding="utf-8")))
    assert links, "it names no line of the source"
    assert [link for link in links if not link.path.endswith((".py", ".lua"))] == []
    wrong = [f"{link.path}#L{link.line}: {link.code}" for link in links if not link.is_right]
    assert wrong == [], "write the lines anew: python -m tests.unit.chapter_links"


@of_each_chapter
def test_every_other_link_leads_to_a_chapter(chapter: Path) -> None:
    """The page can follow links into the source, to chapters and to the web, and no others."""
    text = chapter.read_text(encoding="utf-8")
    into_the_source = [f"../../{link.path}#L{link.line}" for link in source_links(text)]
    others = [
        target
        for target in LINK.findall(text)
        if target not in into_the_source and not target.startswith("https://")
    ]
    assert [target for target in others if not (CHAPTERS / target).is_file()] == []


def test_a_line_that_has_moved_is_written_anew() -> None:
    """What is right stays, what has moved is found, what is gone stays for a person to mend."""
    path = "src/fiblab/queue/lua/parts/record.lua"
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    line = 1 + next(at for at, code in enumerate(lines) if "local function holds" in code)
    link = f'[a](../../{path}#L{{line}} "{{code}}")'.format
    right = link(line=line, code="local function holds")
    assert with_lines_anew(right) == right
    assert with_lines_anew(link(line=1, code="local function holds")) == right
    gone = link(line=7, code="no such code")
    assert with_lines_anew(gone) == gone
