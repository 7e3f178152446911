"""The page of figures is what the reports say."""

from pathlib import Path

from benchmarks import published
from benchmarks.measuring import table
from benchmarks.measuring.bars import Bar
from benchmarks.measuring.report import Report, load


def test_the_page_is_that_of_the_reports() -> None:
    """Whoever measures anew, or changes a bar, writes the page anew: `./fiblab bench report`."""
    written = (published.FOLDER.parent / "performance.md").read_text(encoding="utf-8")
    assert written == published.page(published.reports())


def test_a_report_is_kept_whole(report: Report, tmp_path: Path) -> None:
    """What is read again is what was measured."""
    assert load(report.save(tmp_path)) == report


def test_a_bar_is_shown_met_or_missed(report: Report) -> None:
    """Each line says what was wanted, what was measured, and by how much a bar is missed."""
    met, missed = (Bar("http", "rate", "fiblab", limit, ("peer",)) for limit in (2.0, 4.0))
    lines = table.bars([(met, report), (missed, report), (met, None)]).splitlines()[2:]
    assert lines == [
        "| http: rate | at least 2x of peer | 3x | 2 - 3 | met |",
        "| http: rate | at least 4x of peer | 3x | 2 - 3 | **missed by 25%** |",
        "| http: rate | | | | not measured |",
    ]


def test_each_figure_is_shown(report: Report) -> None:
    """The page has each side's median and range, each curve's points, and every caveat."""
    text = published.page({"http": report}, bars=[])
    for line in (
        "| rate (requests/s) | fiblab | 300 | 200 - 330 |",
        "|  | peer | 100 | 100 - 110 |",
        "| 1,000 | 3 |",
        "- The second round was disturbed.",
    ):
        assert line in text.splitlines()
