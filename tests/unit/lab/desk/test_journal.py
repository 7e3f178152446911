"""What is kept of runs survives desks that are killed, and does not grow without bound."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fiblab.lab.desk import journal as module
from fiblab.lab.desk.journal import Journal
from fiblab.lab.desk.wire import Answer
from fiblab.server.problems import Refusal

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def answer(run: str) -> Answer:
    """Make the answer of a run that ended well."""
    return Answer(run, "crash", 7, "ended", AT, AT, outcome="valid", choice=1, right=False)


def test_answers_are_there_the_next_time(tmp_path: Path) -> None:
    """In the order in which they came."""
    kept = [answer("crash-1"), answer("crash-2")]
    for one in kept:
        Journal(tmp_path).add(one)
    assert Journal(tmp_path).answers == kept


def test_half_a_line_costs_that_answer_alone(tmp_path: Path) -> None:
    """A desk that was killed while it wrote leaves half a line: what comes after it is whole."""
    Journal(tmp_path).add(answer("crash-1"))
    file = tmp_path / "lab" / "answers.jsonl"
    file.write_bytes(file.read_bytes() + b'{"run":"crash-2","exp')
    Journal(tmp_path).add(answer("crash-3"))
    runs = [one.run for one in Journal(tmp_path).answers]
    assert runs == ["crash-1", "crash-3"]


def test_the_latest_bundles_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those beyond the limit go, the oldest first, with their logs; answers stay."""
    monkeypatch.setattr(module, "BUNDLE_LIMIT", 2)
    journal = Journal(tmp_path)
    for number in range(4):
        run = f"crash-{number}"
        for path in (journal.bundle_path(run), journal.log_path(run)):
            path.write_text("{}")
            os.utime(path, (number, number))
        journal.add(answer(run))
    left = sorted(path.name for path in (tmp_path / "lab" / "runs").iterdir())
    assert left == ["crash-2.json", "crash-2.log", "crash-3.json", "crash-3.log"]
    assert len(journal.answers) == 4
    with pytest.raises(Refusal):
        journal.read_bundle("crash-0")


@pytest.mark.parametrize("run", ["", "..", "../answers", "/etc/passwd", "A", "a.b", "-a", "a\n"])
def test_no_other_name_becomes_a_path(tmp_path: Path, run: str) -> None:
    """Names of runs are letters, digits and hyphens."""
    with pytest.raises(Refusal, match="no run's name"):
        Journal(tmp_path).bundle_path(run)
