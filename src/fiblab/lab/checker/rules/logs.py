"""Invariant 14: one log record is one line, and no secret appears in any."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from fiblab.lab.checker.verdict import Findings

#: How the names of the services' logs begin; the stores' own have formats of their own.
SERVICES = ("server", "worker", "sweeper")

#: Characters of a line that a breach shows.
_SHOWN = 80


def check_logs(folder: Path, secrets: Sequence[str], findings: Findings) -> None:
    """Check every line of every log in the folder."""
    forbidden = [secret.encode() for secret in secrets if secret]
    lines = 0
    for path in sorted(folder.glob("*.log*")):
        with path.open("rb") as file:
            lines += _check_file(path, file, forbidden, findings)
    findings.examined(14, lines, f"log lines, {len(forbidden)} secrets sought")


def _check_file(
    path: Path, lines: Iterable[bytes], forbidden: Sequence[bytes], findings: Findings
) -> int:
    is_service = path.name.startswith(SERVICES)
    number = 0
    for number, line in enumerate(lines, start=1):
        where = f"{path.name} line {number}"
        if any(secret in line for secret in forbidden):
            findings.breach(14, "a log shows a secret", where)
        if is_service and not _is_record(line):
            shown = line[:_SHOWN].decode(errors="replace").rstrip("\n")
            findings.breach(14, "a log line is not one whole record", where, shown)
    return number


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except msgspec.DecodeError:
        return False
