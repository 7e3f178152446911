"""`fiblab lab` as a learner and a classroom use it: list, run, grade, open again."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import psutil
import pytest
from tests.unit.lab.stage.runs import arm_kept, bundle

from fiblab.cli.exits import Exit
from fiblab.lab.experiments.registry import EXPERIMENTS
from fiblab.lab.stage import bundle as bundles

from .conftest import ROOT

pytestmark = [pytest.mark.e2e]

LAB = [sys.executable, "-m", "fiblab", "lab"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}


def _lab(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LAB, *arguments], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )


def test_list_names_every_experiment_and_no_answer() -> None:
    """What is asked stands in the list; the right choice does not."""
    listed = _lab("list", "--json")

    assert listed.returncode == Exit.OK
    found = json.loads(listed.stdout)
    assert [one["id"] for one in found] == [one.id for one in EXPERIMENTS]
    assert not any("answer" in one["prediction"] for one in found)


def test_an_unknown_experiment_is_a_usage_error_that_names_those_there_are() -> None:
    """Exit code 2, nothing started, and the way on."""
    refused = _lab("run", "crush")

    assert (refused.returncode, refused.stdout) == (Exit.USAGE, "")
    assert "'crush'" in refused.stderr
    assert "crash" in refused.stderr


def test_a_run_tells_what_it_does_and_grades_itself(tmp_path: Path) -> None:
    """Exit code 0, the verdict as JSON, JUnit's XML and a bundle; no process is left."""
    kept, graded = tmp_path / "crash.json", tmp_path / "report.xml"

    done = _lab("run", "crash", "--seed", "7", "--json", "--bundle", kept, "--junit", graded)

    assert done.returncode == Exit.OK, done.stderr
    (verdict,) = json.loads(done.stdout)
    assert (verdict["experiment"], verdict["seed"], verdict["outcome"]) == ("crash", 7, "valid")
    assert all(check["holds"] for check in verdict["checks"])
    assert "SIGKILL" in done.stderr
    (suite,) = ET.parse(graded).getroot()  # noqa: S314 - written by the run
    assert (suite.attrib["name"], suite.attrib["failures"]) == ("crash", "0")
    assert bundles.read(kept).run == verdict["run"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_told_to_stop_leaves_nothing_behind(
    tmp_path: Path, number: signal.Signals
) -> None:
    """In the middle, by Ctrl-C or by a supervisor: stores and services of the run end with it."""
    with subprocess.Popen(
        [*LAB, "run", "crash", "--bundle", tmp_path / "never.json"],
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as run:
        assert run.stderr is not None
        next(line for line in run.stderr if "SIGKILL" in line)
        started = psutil.Process(run.pid).children(recursive=True)
        run.send_signal(number)
        run.communicate(timeout=60)

    gone, alive = psutil.wait_procs(started, timeout=30)
    assert run.returncode == 128 + number
    assert gone
    assert not alive
    assert not (tmp_path / "never.json").exists()


def test_report_sums_up_a_folder(tmp_path: Path) -> None:
    """One row a bundle, for a teacher's table."""
    bundles.write(bundle(with_=arm_kept("with", nothing_lost=True)), tmp_path / "a.json")
    bundles.write(bundle("broken", with_=arm_kept("with", nothing_lost=False)), tmp_path / "b.json")

    summed = _lab("report", tmp_path, "--json")

    assert summed.returncode == Exit.OK
    assert [row["outcome"] for row in json.loads(summed.stdout)] == ["valid", "broken"]


def test_open_shows_a_bundle_with_nothing_behind_it(tmp_path: Path) -> None:
    """The page and the bundle are served on loopback; another Host is refused; Ctrl-C ends it."""
    written = bundle(with_=arm_kept("with", nothing_lost=True))
    bundles.write(written, tmp_path / "run.json")

    with _opened(tmp_path / "run.json") as address:
        origin = address.split("/replay", maxsplit=1)[0]
        served = httpx.get(f"{origin}/bundle.json")
        page = httpx.get(address, headers={"Accept": "text/html"})
        other = httpx.get(f"{origin}/bundle.json", headers={"Host": "evil.example"})

    assert json.loads(served.content)["run"] == written.run
    assert page.headers["content-type"].startswith("text/html")
    assert other.status_code == httpx.codes.MISDIRECTED_REQUEST


def test_what_is_no_bundle_is_not_opened(tmp_path: Path) -> None:
    """Exit code 2 and the reason."""
    (tmp_path / "notes.txt").write_text("hello")
    refused = _lab("open", tmp_path / "notes.txt", "--no-browser")

    assert refused.returncode == Exit.USAGE
    assert "no bundle" in refused.stderr


@contextmanager
def _opened(path: Path) -> Iterator[str]:
    with subprocess.Popen(
        [*LAB, "open", path, "--no-browser"],
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as opened:
        assert opened.stderr is not None
        found = next(filter(None, (re.search(r"http://\S+", line) for line in opened.stderr)))
        try:
            yield found[0]
        finally:
            opened.send_signal(signal.SIGINT)
            assert opened.wait(timeout=30) == Exit.OK
