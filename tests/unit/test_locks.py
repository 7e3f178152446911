"""The lock files: whole, and naming no host but the public indexes' own."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org", "registry.npmjs.org"}
REQUIREMENTS = ["run", "dev", "bench", "build"]
PEERS = sorted(str(lock.relative_to(ROOT)) for lock in ROOT.glob("benchmarks/peers/*.txt"))
HASHED = [*(f"requirements/{name}.txt" for name in REQUIREMENTS), *PEERS]
LOCKS = [
    "uv.lock",
    *HASHED,
    "client/package-lock.json",
    "benchmarks/peers/node/package-lock.json",
]

#: What a page's build needs on each platform that the README promises.
PLATFORMS = {"linux-x64-gnu", "linux-arm64-gnu", "darwin-x64", "darwin-arm64"}
NATIVE_PACKAGES = ["@tailwindcss/oxide", "lightningcss", "@rolldown/binding"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_private_host(lock: str) -> None:
    """Whoever installs from it asks the public indexes, or their own mirror of these."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    without_funding = re.sub(r'"funding": (\{[^}]*\}|\[[^]]*\])', "", text)
    hosts = set(re.findall(r"https?://([^/\s\"']+)", without_funding))
    assert hosts <= PUBLIC_HOSTS


@pytest.mark.parametrize("lock", HASHED)
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    """Each line of what pip installs from is one version with its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("requirements", REQUIREMENTS)
def test_requirements_are_those_of_the_lock(requirements: str) -> None:
    """`requirements/lock` was run after the last change of the lock."""
    locked = {
        package["name"]: package["version"]
        for package in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
        if package["name"] != "fiblab"
    }
    text = (ROOT / f"requirements/{requirements}.txt").read_text(encoding="utf-8")
    exported = dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", text, flags=re.MULTILINE))
    assert exported
    assert exported.items() <= locked.items()


@pytest.mark.parametrize("native", NATIVE_PACKAGES)
def test_the_client_lock_has_every_platform(native: str) -> None:
    """A lock made on one platform installs on the others: npm has lost optional packages before."""
    lock = json.loads((ROOT / "client/package-lock.json").read_text(encoding="utf-8"))
    names = [name.rpartition("node_modules/")[2] for name in lock["packages"]]
    found = {name.removeprefix(f"{native}-") for name in names if name.startswith(f"{native}-")}
    assert found >= PLATFORMS
