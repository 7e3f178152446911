"""Running other programs for a set-up, and saying what to do where one fails."""

import os
import subprocess
import sys
import time
from pathlib import Path

#: When this run began, on the clock that `say` reads.
STARTED = time.monotonic()

#: Lines that are shown of a failed tool's output.
SHOWN_LINES = 25

#: Words in a failed tool's output (in small letters) -> what to do about it; first match wins.
HINTS = {
    ("ensurepip", "python3-venv"): "Python's venv module is not whole: apt install python3-venv",
    ("no space left", "enospc"): "the disk is full: about 700 MB are needed here",
    (
        "certificate",
        "self_signed",
        "issuer_cert",
    ): "a certificate is not trusted: name your organisation's with "
    "PIP_CERT and NODE_EXTRA_CA_CERTS",
    ("do not match the hashes", "eintegrity"): "a download is not what was locked: try again; if "
    "it stays so, the package index in use serves altered files",
    (
        *("name resolution", "network is unreachable", "failed to establish", "timed out"),
        *("connection refused", "enotfound", "eai_again", "econnrefused", "etimedout"),
        *("407 proxy", "proxyerror"),
    ): "the package index could not be reached: is there a network? Behind a proxy set HTTPS_PROXY",
    ("permission denied", "eacces", "read-only file system"): "use a clone of your own",
    ("no matching distribution",): "no package for this Python on this machine: try Python 3.12",
}


class SetUpError(Exception):
    """The clone could not be made ready; says what to do."""


def run(command: list[str], folder: Path, lock: int | None) -> None:
    """Run a tool, which inherits `lock`; its output is shown only if it fails: SetUpError."""
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[] if lock is None else [lock],
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        shown = "\n  ".join(done.stdout.splitlines()[-SHOWN_LINES:])
        tool = " ".join(command[1:4] if "-m" in command else command[:3])
        raise SetUpError(f"{tool} failed:\n\n  {shown}\n\n{hint_for(done.stdout)}")


def node_version(node: str) -> tuple[int, ...]:
    """Ask a Node for its version; () if it gives none."""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in answer.strip().lstrip("v").split(".") if part.isdigit())


def hint_for(output: str) -> str:
    """Say what to do about a tool's failure, as far as its output tells."""
    output = output.lower()
    for words, advice in HINTS.items():
        if any(word in output for word in words):
            return f"What to do: {advice}."
    return "What to do: try again; if it stays so, delete .venv and client/node_modules first."


def say(text: str) -> None:
    """Tell on standard error what is being done, after how many seconds."""
    # In one write: two tracks may say something at once.
    sys.stderr.write(f"fiblab {time.monotonic() - STARTED:6.1f} s  {text}\n")
