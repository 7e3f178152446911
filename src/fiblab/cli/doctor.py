"""`fiblab doctor`: what this machine has, what a running lab says of itself, and what to do."""

import json
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import httpx
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from fiblab.cli.exits import Exit
from fiblab.cli.running import DEFAULT_SERVER, find
from fiblab.config import SERVICES, BadSettings, ServerSettings, load

EXAMPLES = """    fiblab doctor
    fiblab doctor --json
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")

#: Memory below which a long index may end in a dead letter "memory".
COMFORTABLE_BYTES = 4 * 1024**3
#: Seconds in which a healthy server tells how it is.
READY_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: well, worth knowing, or wrong; and what to do about it."""

    subject: str
    verdict: str
    found: str
    advice: str = ""


def _well(subject: str, found: str) -> Finding:
    return Finding(subject, "ok", found)


def _note(subject: str, found: str, advice: str) -> Finding:
    return Finding(subject, "note", found, advice)


def _wrong(subject: str, found: str, advice: str) -> Finding:
    return Finding(subject, "wrong", found, advice)


@app.default
def doctor(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Look at this machine and at the lab that runs on it; exit code 1 where something is wrong.

    Parameters
    ----------
    as_json
        Print the findings as a JSON list.

    """
    findings = [finding for check in CHECKS for finding in check()]
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        Console().print(_table(findings))
    return Exit.FAILED if any(finding.verdict == "wrong" for finding in findings) else Exit.OK


def _table(findings: list[Finding]) -> Table:
    colours = {"ok": "green", "note": "yellow", "wrong": "bold red"}
    table = Table("", "what", "found", "what to do")
    for finding in findings:
        verdict = f"[{colours[finding.verdict]}]{finding.verdict}[/]"
        table.add_row(verdict, finding.subject, finding.found, finding.advice)
    return table


def _python() -> Iterator[Finding]:
    yield _well("Python", f"{platform.python_version()} at {sys.executable}")


def _redis() -> Iterator[Finding]:
    from fiblab.embedded import find_servers

    servers = find_servers()
    if servers:
        yield _well("Redis for `up`", ", ".join(map(str, servers)))
    else:
        yield _wrong(
            "Redis for `up`",
            "no Redis or Valkey from 7.0 on",
            "Install one (Debian: apt install redis-server), or name one: fiblab up --redis-url",
        )


def _postgres() -> Iterator[Finding]:
    from fiblab.embedded.errors import EmbeddedError
    from fiblab.embedded.postgres_programs import locate

    try:
        programs = locate()
    except EmbeddedError as error:
        yield _wrong("PostgreSQL for `up`", str(error), "Name one: fiblab up --postgres-url")
    else:
        yield _well("PostgreSQL for `up`", str(programs))


def _memory() -> Iterator[Finding]:
    import psutil

    available = psutil.virtual_memory().available
    found = f"{available / 1024**3:.1f} GiB free"
    if available >= COMFORTABLE_BYTES:
        yield _well("memory", found)
    else:
        yield _note("memory", found, "Enough for F(10,000,000); lower FIBLAB_MAX_INDEX beyond it.")


def _browser() -> Iterator[Finding]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found:
        yield _well("browser for the tests", found)
    else:
        yield _note(
            "browser for the tests",
            "no Chromium on PATH",
            "`fiblab test` fetches one from npm; or install it (Debian: apt install chromium)",
        )


def _settings() -> Iterator[Finding]:
    try:
        for service in SERVICES:
            load(service)
    except BadSettings as bad:
        yield _wrong("settings", str(bad), "`fiblab config` lists every setting.")
    else:
        yield _well("settings", "those of this environment are right")


def _rights() -> Iterator[Finding]:
    """Look at the users of this environment, if it names any, as a service would be given it."""
    try:
        settings = load(ServerSettings)
    except BadSettings:
        return  # told already
    from fiblab.cli.rights import excess_in_postgres, excess_in_redis

    advice = "Right for an operator; for a service see docs/reference/access.md"
    given = settings.model_fields_set
    if "redis_url" in given and excess_in_redis(settings.redis_url):
        yield _note("FIBLAB_REDIS_URL", "its user may use CONFIG", advice)
    if "postgres_url" in given and excess_in_postgres(settings.postgres_url):
        yield _note("FIBLAB_POSTGRES_URL", "its role may create tables", advice)


def _lab() -> Iterator[Finding]:
    running = find()
    address = running.page if running else DEFAULT_SERVER
    try:
        response = httpx.get(f"{address}/readyz", timeout=READY_TIMEOUT_SECONDS)
        answer: dict[str, Any] = response.json()
    except (httpx.TransportError, ValueError):
        if running is None:
            yield _note("the lab", "none runs on this machine", "Start it: fiblab up")
        else:
            yield _wrong(
                "the lab", f"pid {running.pid} runs, {address} does not answer", "See its logs."
            )
        return
    yield from _readiness(address, answer)


def _readiness(address: str, answer: dict[str, Any]) -> Iterator[Finding]:
    yield _well("the lab", f"answers at {address}")
    for name in ("redis", "postgres"):
        dependency: dict[str, Any] = answer.get("checks", {}).get(name, {})
        if dependency.get("usable"):
            yield _well(f"the lab's {name}", "usable")
        else:
            yield _wrong(
                f"the lab's {name}",
                str(dependency.get("detail") or "not usable"),
                f"Is {name} running? The server's log says more; it recovers by itself.",
            )


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _redis,
    _postgres,
    _memory,
    _browser,
    _settings,
    _rights,
    _lab,
)
