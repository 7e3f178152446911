"""`fiblab up` in the ways that people start, stop and break it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from fiblab.cli.exits import Exit
from fiblab.embedded import EmbeddedStack

from .conftest import START_LIMIT_SECONDS, Lab, StartLab

pytestmark = [pytest.mark.e2e]

API = "/api/v1/fibonacci"


def count_of(lab: Lab, index: int) -> int:
    """Tell how often an index was requested."""
    with lab.client() as client:
        items = client.get(f"{API}/most-requested").json()["items"]
    return sum(item["count"] for item in items if item["index"] == index)


def ask(lab: Lab, index: int) -> None:
    """Request an index."""
    with lab.client() as client:
        assert client.post(f"{API}/{index}").is_success


def test_what_was_counted_is_there_the_next_time(start_lab: StartLab, folder: Path) -> None:
    """A data folder keeps the counts from one run to the next."""
    place = ("--data-dir", str(folder / "data"))
    for runs in (1, 2):
        with start_lab(*place, kept=True) as lab:
            ask(lab, 61)
            assert count_of(lab, 61) == runs


def test_a_killed_run_leaves_a_usable_folder(start_lab: StartLab, folder: Path) -> None:
    """SIGKILL of `up` and of all its processes; the next run starts and knows the count."""
    place = ("--data-dir", str(folder / "data"))
    with start_lab(*place, kept=True) as lab:
        ask(lab, 62)
        for process in [psutil.Process(lab.process.pid), *lab.processes()]:
            process.kill()
    with start_lab(*place, kept=True) as lab:
        assert count_of(lab, 62) == 1


def test_a_folder_in_use_is_told_with_its_page(start_lab: StartLab, folder: Path) -> None:
    """A second run on the same folder does not start; it names the first one's process and page."""
    place = ("--data-dir", str(folder / "data"))
    with start_lab(*place, kept=True) as lab:
        second = lab.run("up", *place, "--no-browser", "--port", "0")
        assert second.returncode == Exit.FAILED
        assert f"pid {lab.process.pid}" in second.stderr
        assert lab.url in second.stderr


def test_a_killed_worker_comes_back(start_lab: StartLab) -> None:
    """`up` says so, and the next request is calculated."""
    with start_lab() as lab:
        (worker,) = [process for process in lab.processes() if "worker" in process.cmdline()]
        os.kill(worker.pid, signal.SIGKILL)
        assert lab.run("get", "63", "--wait").stdout == "6557470319842\n"
        assert "worker was ended by SIGKILL" in lab.said()


def test_given_stores_are_used_and_left_alone(start_lab: StartLab, stack: EmbeddedStack) -> None:
    """With both URLs `up` starts no store and stops none."""
    given = {"FIBLAB_REDIS_URL": stack.redis_url, "FIBLAB_POSTGRES_URL": stack.postgres_url}
    with start_lab(**given) as lab:
        names = {process.name() for process in lab.processes()}
        ask(lab, 64)
    assert not any(name.startswith(("redis", "valkey", "postgres")) for name in names)
    assert stack.redis is not None
    assert stack.redis.process.is_running


def test_a_bad_setting_stops_the_start() -> None:
    """Exit code 2 before anything is started; the variable and what to write are named."""
    environment = {**os.environ, "FIBLAB_MAX_ATTEMPTS": "many"}
    refused = subprocess.run(
        [sys.executable, "-m", "fiblab", "up", "--ephemeral", "--no-browser", "--port", "0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=START_LIMIT_SECONDS,
    )
    assert refused.returncode == Exit.USAGE
    assert "FIBLAB_MAX_ATTEMPTS" in refused.stderr
