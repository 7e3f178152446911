"""Hold the locked dependencies against the known advisories, and say plainly where none answered.

Exit codes: 0 nothing is known, or nobody could say; 1 something is vulnerable; 3 nobody could say,
where an answer was required.
"""  # noqa: INP001 - a script of CI, no package

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = ("run", "dev", "build")
#: The services that pip-audit knows, asked in turn until one answers.
SERVICES = ("pypi", "osv")

CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 3


@dataclass(frozen=True)
class Report:
    """What was found out about one lock file."""

    lock: str
    asked: int = 0
    """Packages that a database knew; 0: none answered."""
    unanswered: int = 0
    """Packages that it did not know: nothing is known about these, good or bad."""
    findings: tuple[str, ...] = ()

    @property
    def verdict(self) -> int:
        """Judge: one finding is enough, and silence is no acquittal."""
        if self.findings:
            return VULNERABLE
        return CLEAN if self.asked and not self.unanswered else NOT_AUDITED

    def __str__(self) -> str:
        """Say it in a line, and each finding in one more."""
        if self.findings:
            return "\n    ".join([f"{self.lock}: VULNERABLE", *self.findings])
        if self.verdict == CLEAN:
            return f"{self.lock}: no advisory is known for its {self.asked} packages"
        if self.asked:
            return f"{self.lock}: NOT audited: nothing is known of {self.unanswered} packages"
        return f"{self.lock}: NOT audited: no advisory database could be reached"


def read_pip_audit(lock: str, output: str) -> Report:
    """Read pip-audit's JSON.

    Where the index has no advisories pip-audit skips every package, says "No known vulnerabilities
    found" and exits with 0.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        return Report(lock)
    findings = [
        f"{package['name']} {package['version']}: {finding['id']}, fixed in "
        f"{', '.join(finding['fix_versions']) or 'no version'}"
        for package in packages
        for finding in package.get("vulns", [])
    ]
    skipped = sum("skip_reason" in package for package in packages)
    return Report(lock, len(packages) - skipped, skipped, tuple(findings))


def read_npm_audit(lock: str, output: str) -> Report:
    """Read npm's JSON, which is a report or an error."""
    try:
        report: dict[str, Any] = json.loads(output)
        asked = int(report["metadata"]["dependencies"]["total"])
    except (ValueError, KeyError):
        return Report(lock)
    findings = [
        f"{name} {found['range']}: {found['severity']}"
        for name, found in report["vulnerabilities"].items()
    ]
    return Report(lock, asked, findings=tuple(findings))


def audit_python(name: str) -> Report:
    """Ask about one exported lock of Python packages."""
    lock = f"requirements/{name}.txt"
    report = Report(lock)
    for service in SERVICES:
        command = ["-m", "pip_audit", "--requirement", lock, "--disable-pip", "--require-hashes"]
        report = read_pip_audit(
            lock, _output(*command, "--format=json", f"--vulnerability-service={service}")
        )
        if report.asked:
            break
    return report


def audit_client() -> Report:
    """Ask about the page's packages."""
    output = _output("-m", "fiblab", "client", "audit", "--package-lock-only", "--json")
    return read_npm_audit("client/package-lock.json", output)


def _output(*arguments: str) -> str:
    """Run a Python program; its exit code says less than its output."""
    done = subprocess.run(  # noqa: S603 - the tools of this script
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def main() -> int:
    """Audit every lock and judge them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--require-answer", action="store_true", help="fail where nobody could say")
    required = parser.parse_args().require_answer
    reports = [*map(audit_python, LOCKS), audit_client()]
    for report in reports:
        print(report)  # noqa: T201 - what CI shows
    return judge(reports, required=required)


def judge(reports: list[Report], *, required: bool) -> int:
    """Turn the reports into an exit code."""
    verdicts = {report.verdict for report in reports}
    if VULNERABLE in verdicts:
        return VULNERABLE
    return NOT_AUDITED if required and NOT_AUDITED in verdicts else CLEAN


if __name__ == "__main__":
    sys.exit(main())
