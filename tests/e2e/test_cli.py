"""The command line beside a running lab, which it finds by itself."""

import json
import socket

import pytest

from fiblab.cli.exits import Exit

from .conftest import Lab, StartLab

pytestmark = [pytest.mark.e2e]


def test_get_waits_and_prints_the_number_alone(lab: Lab) -> None:
    """Standard output holds the number and nothing else, so that it can be piped."""
    done = lab.run("get", "90", "--wait")
    assert (done.returncode, done.stdout) == (Exit.OK, "2880067194370816120\n")


def test_get_without_wait_tells_that_it_is_pending(lab: Lab) -> None:
    """Exit code 4: accepted, and not finished."""
    lab.run("queue", "pause")
    try:
        asked = lab.run("get", "4321", "--json")
    finally:
        lab.run("queue", "resume")
    assert asked.returncode == Exit.PENDING
    assert json.loads(asked.stdout)["status"] == "calculating"


def test_get_streams_all_the_digits(lab: Lab) -> None:
    """--digits prints a long number whole; without it its ends are shown."""
    whole = lab.run("get", "500000", "--wait", "--digits").stdout.strip()
    ends = lab.run("get", "500000", "--wait").stdout.strip()
    leading, trailing = ends.split("…")
    assert len(whole) == 104_494
    assert whole.startswith(leading)
    assert whole.endswith(trailing)


@pytest.mark.parametrize("index", ["-1", "1e3", "100000001", "٣", ""])
def test_a_bad_index_is_a_usage_error_that_says_why(lab: Lab, index: str) -> None:
    """Exit code 2, one sentence, and nothing on standard output."""
    refused = lab.run("get", "--", index)
    assert (refused.returncode, refused.stdout) == (Exit.USAGE, "")
    assert refused.stderr.startswith("fiblab: ")


def test_queue_depth_counts_what_waits(lab: Lab) -> None:
    """While the queue is paused a job stays where `queue job` and `queue depth` see it."""
    lab.run("queue", "pause")
    try:
        lab.run("get", "5432")
        depth = json.loads(lab.run("queue", "depth", "--json").stdout)
        job = json.loads(lab.run("queue", "job", "5432", "--json").stdout)
    finally:
        lab.run("queue", "resume")
    assert depth["paused"] is True
    assert depth["ready"]["light"] >= 1
    assert (job["state"], job["attempts"]) == ("ready", 0)
    assert lab.run("get", "5432", "--wait").returncode == Exit.OK


def test_queue_events_tell_a_jobs_life(lab: Lab) -> None:
    """One line a transition: when, what, whose, and by which worker."""
    lab.run("get", "6543", "--wait")
    lines = lab.run("queue", "events").stdout.splitlines()
    life = [line.split()[1] for line in lines if " 6543 " in f"{line} "]
    assert life == ["enqueued", "claimed", "completed"]


def test_requeue_of_no_dead_letter_fails_and_names_it(lab: Lab) -> None:
    """Exit code 1 and the id that was not requeued."""
    failed = lab.run("queue", "requeue", "99")
    assert failed.returncode == Exit.FAILED
    assert "99" in failed.stderr


def test_doctor_finds_the_lab_well(lab: Lab) -> None:
    """Nothing is wrong, and the stores of the running lab are named."""
    looked = lab.run("doctor", "--json")
    findings = {row["subject"]: row["verdict"] for row in json.loads(looked.stdout)}
    assert looked.returncode == Exit.OK, looked.stdout
    assert findings["the lab's redis"] == findings["the lab's postgres"] == "ok"


def test_up_ends_clean_on_ctrl_c(start_lab: StartLab) -> None:
    """Ctrl-C ends every process in order; the address is free again and no file is left."""
    with start_lab() as lab:
        processes = lab.processes()
        port = int(lab.url.rpartition(":")[2])
        assert lab.stop() == 0
    assert [process for process in processes if process.is_running()] == []
    assert list((lab.state / "fiblab" / "running").iterdir()) == []
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_killed_up_leaves_no_orphan(start_lab: StartLab) -> None:
    """SIGKILL of `up` itself ends everything that it had started."""
    with start_lab() as lab:
        processes = lab.processes()
        lab.process.kill()
        lab.process.wait()
        for process in processes:
            process.wait(timeout=30)


def test_a_second_up_on_a_busy_port_says_what_to_do(lab: Lab) -> None:
    """It does not start, names the port, and leaves the first one alone."""
    port = lab.url.rpartition(":")[2]
    refused = lab.run("up", "--ephemeral", "--no-browser", "--port", port)
    assert refused.returncode not in {Exit.OK, None}
    assert port in refused.stderr
    assert "--port" in refused.stderr
    with lab.client() as client:
        assert client.get("/livez").is_success
