"""The command line: its help, its exit codes, and what it says when it is used wrongly."""

import subprocess
import sys

import pytest

from fiblab.cli import run
from fiblab.cli.app import COMMANDS
from fiblab.cli.exits import Exit


def test_help_names_every_command_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """`fiblab --help` teaches: what there is, how to begin, what exit codes mean."""
    assert run(["--help"]) == Exit.OK
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)
    assert "fiblab up" in shown
    assert "Exit codes" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line of the table leads to a command that explains itself."""
    assert run([name, "--help"]) == Exit.OK
    assert "Usage" in capsys.readouterr().out


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with 2 and says what it did not understand."""
    assert run(["gett", "5"]) == Exit.USAGE
    assert "gett" in "".join(capsys.readouterr())


def test_a_bad_setting_ends_with_2_and_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`fiblab server` with a bad environment does not start."""
    monkeypatch.setenv("FIBLAB_PORT", "http")
    assert run(["server"]) == Exit.USAGE
    assert "FIBLAB_PORT" in capsys.readouterr().err


def test_get_says_what_to_do_where_no_server_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Port 9 of loopback answers nobody: the advice is to start the lab."""
    assert run(["get", "40", "--server", "http://127.0.0.1:9"]) == Exit.UNREACHABLE
    assert "fiblab up" in capsys.readouterr().err


def test_help_imports_no_service() -> None:
    """`fiblab --help` loads neither server nor stores, so that it shows at once."""
    program = (
        "import sys\nfrom fiblab.cli import run\nrun(['--help'])\n"
        "print([name for name in ('blacksheep', 'asyncpg', 'gmpy2') if name in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert shown.splitlines()[-1] == "[]"
