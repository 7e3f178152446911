"""The log of a whole process: to its end, in any locale, and with nobody to read it."""

import json
import subprocess
import sys
from typing import Any


def run(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own."""
    setup = "import structlog; from fiblab.observability.logs import configure; "
    setup += "output = configure('server'); log = structlog.get_logger(); "
    return subprocess.run(
        [sys.executable, "-c", setup + code],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        **options,
    )


def test_an_exception_that_nobody_caught_is_a_record() -> None:
    """And what was logged just before is written too."""
    ended = run("log.info('before'); raise ValueError('nobody caught me')")

    before, uncaught = map(json.loads, ended.stdout.splitlines())
    assert before["event"] == "before"
    assert (uncaught["event"], uncaught["category"]) == ("uncaught exception", "bug")
    assert uncaught["exception"].endswith("ValueError: nobody caught me")
    assert (ended.returncode, ended.stderr) == (1, "")


def test_a_locale_without_unicode_loses_no_record() -> None:
    """The log is UTF-8 wherever it runs."""
    ended = run("log.info('\\u03c6')", env={"LC_ALL": "C", "PYTHONUTF8": "0"}, encoding="utf-8")

    assert json.loads(ended.stdout)["event"] == "\N{GREEK SMALL LETTER PHI}"


def test_a_log_that_nobody_reads_stops_nobody() -> None:
    """The process goes on, ends by itself, and knows how much was lost."""
    code = (
        "import structlog, sys; from fiblab.observability.logs import configure; "
        "output = configure('server'); log = structlog.get_logger();\n"
        "for n in range(40_000): log.error('unread', n=n)\n"
        "print(output.dropped > 0, file=sys.stderr)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == "True\n"
        assert process.stdout is not None
        first = process.stdout.readline()
    assert json.loads(first)["n"] == 0


def test_a_log_whose_reader_is_gone_stops_nobody() -> None:
    """A closed pipe costs the lines, and nothing else."""
    code = (
        "import structlog, sys; from fiblab.observability.logs import configure; "
        "sys.stdin.read(); output = configure('server'); log = structlog.get_logger()\n"
        "for n in range(3): log.error('unread'); output.flush()\n"
        "print('alive', file=sys.stderr)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == "alive\n"
