"""What fiblab is made of: written down whole, under known licences, and audited honestly."""

import base64
import importlib.util
import json
import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CLIENT_PACKAGES: dict[str, dict[str, Any]] = json.loads(
    (ROOT / "client/package-lock.json").read_text("utf-8")
)["packages"]

#: Licences of what is used, as SPDX writes them. A new one is a decision: see supply-chain.md.
ACCEPTED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT"),
    *("LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Python-2.0"),
}


def load(name: str) -> ModuleType:
    """Import a script of CI, whose folder is no package."""
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / f".ci/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sbom, audit = load("sbom"), load("audit")


@pytest.fixture(scope="module")
def python_bill() -> dict[str, Any]:
    """Make the bill of the Python packages once."""
    return dict(sbom.python_bill())


def test_the_python_bill_is_the_lock(python_bill: dict[str, Any]) -> None:
    """It lists every package that requirements/run.txt locks, version and hashes, and no other."""
    lock = re.sub(r"\\\n", "", (ROOT / "requirements/run.txt").read_text("utf-8"))
    locked = {
        (name, version): set(re.findall(r"sha256:([0-9a-f]{64})", rest))
        for name, version, rest in re.findall(
            r"^([\w.-]+)(?:\[[^\]]*\])?==(\S+)(.*)$", lock, flags=re.MULTILINE
        )
    }
    listed = {
        (component["name"], component["version"]): {
            digest["content"]
            for reference in component["externalReferences"]
            for digest in reference["hashes"]
        }
        for component in python_bill["components"]
    }
    assert listed == locked
    assert all(listed.values())


def test_the_client_bill_is_the_lock() -> None:
    """It lists every package that npm's lock has, version and hash, and no other."""
    listed = [
        (component["name"], component["version"], component["hashes"][0]["content"])
        for component in sbom.client_bill()["components"]
    ]
    locked = [
        (
            path.rpartition("node_modules/")[2],
            package["version"],
            base64.b64decode(package["integrity"].removeprefix("sha512-")).hex(),
        )
        for path, package in CLIENT_PACKAGES.items()
        if path
    ]
    assert listed == locked


def test_the_bills_are_cyclonedx(python_bill: dict[str, Any]) -> None:
    """Both hold against CycloneDX's own schema, which does find what is wrong."""
    client_bill = sbom.client_bill()
    sbom.check(python_bill)
    sbom.check(client_bill)
    client_bill["components"][0]["type"] = "nonsense"
    with pytest.raises(ValueError, match=r"no CycloneDX 1\.6"):
        sbom.check(client_bill)


def test_the_page_of_licences_is_current() -> None:
    """`.ci/sbom.py --licences` was run after the last change of the locks."""
    page = (ROOT / "docs/reference/licences.md").read_text("utf-8")
    assert page == sbom.licences_page()


def test_every_licence_is_known(python_bill: dict[str, Any]) -> None:
    """No package comes under a licence that nobody has looked at."""
    entries = [
        entry.get("expression") or entry["license"].get("id") or entry["license"]["name"]
        for bill in (python_bill, sbom.client_bill())
        for component in bill["components"]
        for entry in component["licenses"]
    ]
    words = {word for entry in entries for word in re.split(r"[() ]+|\bAND\b|\bOR\b", entry)}
    assert words - {""} <= ACCEPTED


def test_no_package_of_the_page_runs_at_install() -> None:
    """None has an install script, and npm would run none."""
    assert [
        path for path, package in CLIENT_PACKAGES.items() if "hasInstallScript" in package
    ] == []
    assert "ignore-scripts=true" in (ROOT / "client/.npmrc").read_text("utf-8").splitlines()


def test_no_python_package_is_built_at_install() -> None:
    """Each comes as a wheel, so that installing runs none of its code."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    without = [package["name"] for package in packages if not package.get("wheels")]
    assert without == ["fiblab"]


def pip_report(*packages: dict[str, Any]) -> str:
    """Write what pip-audit writes."""
    return json.dumps({"dependencies": packages, "fixes": []})


GOOD = {"name": "good", "version": "1.0", "vulns": []}
SKIPPED = {"name": "new", "skip_reason": "Dependency not found on PyPI and could not be audited"}
BAD = {
    "name": "bad",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["2.1"], "aliases": []}],
}


@pytest.mark.parametrize(
    ("output", "verdict", "words"),
    [
        (pip_report(GOOD), "CLEAN", "no advisory is known for its 1 packages"),
        (pip_report(GOOD, BAD), "VULNERABLE", "bad 2.0: PYSEC-2026-1, fixed in 2.1"),
        (pip_report(SKIPPED, BAD), "VULNERABLE", "VULNERABLE"),
        (pip_report(SKIPPED), "NOT_AUDITED", "no advisory database could be reached"),
        (pip_report(GOOD, SKIPPED), "NOT_AUDITED", "nothing is known of 1 packages"),
        (pip_report(), "NOT_AUDITED", "NOT audited"),
        ("", "NOT_AUDITED", "NOT audited"),
        ("{}", "NOT_AUDITED", "NOT audited"),
        ("<html>405</html>", "NOT_AUDITED", "NOT audited"),
    ],
)
def test_what_pip_audit_says(output: str, verdict: str, words: str) -> None:
    """Skipped packages and no answer at all are not taken for clean, as pip-audit takes them."""
    report = audit.read_pip_audit("requirements/run.txt", output)
    assert report.verdict == getattr(audit, verdict)
    assert words in str(report)


def npm_report(**vulnerabilities: dict[str, str]) -> str:
    """Write what npm writes."""
    return json.dumps(
        {
            "auditReportVersion": 2,
            "vulnerabilities": vulnerabilities,
            "metadata": {"dependencies": {"total": 292}},
        }
    )


@pytest.mark.parametrize(
    ("output", "verdict", "words"),
    [
        (npm_report(), "CLEAN", "no advisory is known for its 292 packages"),
        (npm_report(vite={"range": "<8", "severity": "high"}), "VULNERABLE", "vite <8: high"),
        ('{"statusCode": 405, "error": {}}', "NOT_AUDITED", "NOT audited"),
        ("", "NOT_AUDITED", "NOT audited"),
    ],
)
def test_what_npm_says(output: str, verdict: str, words: str) -> None:
    """An error is not taken for an answer."""
    report = audit.read_npm_audit("client/package-lock.json", output)
    assert report.verdict == getattr(audit, verdict)
    assert words in str(report)


@pytest.mark.parametrize(
    ("outputs", "code", "code_if_required"),
    [
        ([pip_report(GOOD)], 0, 0),
        ([pip_report(GOOD), pip_report(SKIPPED)], 0, 3),
        ([pip_report(SKIPPED), pip_report(BAD)], 1, 1),
    ],
)
def test_what_ci_makes_of_it(outputs: list[str], code: int, code_if_required: int) -> None:
    """One finding fails; silence fails only where an answer is required."""
    reports = [audit.read_pip_audit("lock", output) for output in outputs]
    assert audit.judge(reports, required=False) == code
    assert audit.judge(reports, required=True) == code_if_required
