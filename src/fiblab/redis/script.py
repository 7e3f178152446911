"""Lua scripts that Redis runs as one step: loaded from package data, run by their SHA-1.

A script is a file `<package>/lua/<name>.lua`. What several scripts share is a *part*, pasted in
by a comment line of its own, each part once:

    --@include keys                  pastes <package>/lua/parts/keys.lua
    --@include fiblab.queue:events   pastes fiblab/queue/lua/parts/events.lua
"""

import functools
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from fiblab.redis.connection import Connection
from fiblab.redis.errors import CommandError
from fiblab.redis.wire import Reply

_INCLUDE = re.compile(r"--@include (?:(?P<package>[\w.]+):)?(?P<part>\w+)\s*")


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script and the name under which Redis caches it."""

    name: str
    source: str = field(repr=False)
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "sha", digest)

    async def run(
        self,
        connection: Connection,
        keys: Sequence[str | bytes],
        arguments: Sequence[bytes | str | int],
    ) -> Reply:
        """Run it by EVALSHA, or in full where Redis does not know it (restarted, SCRIPT FLUSH).

        Raises what `Connection.execute` raises. A `CommandError` raised within the script does not
        undo what the script had written before.
        """
        try:
            return await connection.execute(b"EVALSHA", self.sha, len(keys), *keys, *arguments)
        except CommandError as error:
            if error.code != "NOSCRIPT":
                raise
        return await connection.execute(b"EVAL", self.source, len(keys), *keys, *arguments)


@functools.cache
def load_script(package: str, name: str) -> Script:
    """Read `<package>/lua/<name>.lua` with its parts; the same object for the same names.

    Raises FileNotFoundError for a script or a part that is not there, ValueError for an include
    line that is malformed.
    """
    body = _expand(_read(package, f"{name}.lua"), package, pasted=set())
    return Script(name, f"-- {package}:{name}\n{body}")


def _expand(source: str, package: str, pasted: set[tuple[str, str]]) -> str:
    """Replace the include lines; `pasted` holds the (package, part) already in the script."""
    lines = (_expand_line(line, package, pasted) for line in source.splitlines(keepends=True))
    return "".join(lines)


def _expand_line(line: str, package: str, pasted: set[tuple[str, str]]) -> str:
    if not line.startswith("--@include"):
        return line
    include = _INCLUDE.fullmatch(line)
    if include is None:
        raise ValueError(f"malformed line {line!r}: write --@include part, or package:part")
    owner, part = include["package"] or package, include["part"]
    if (owner, part) in pasted:
        return ""
    pasted.add((owner, part))
    text = _expand(_read(owner, f"parts/{part}.lua"), owner, pasted)
    return f"-- part {owner}:{part}\n{text.rstrip()}\n"


def _read(package: str, path: str) -> str:
    file = files(package) / "lua" / path
    if not file.is_file():
        raise FileNotFoundError(f"package {package} has no lua/{path}")
    return file.read_text(encoding="utf-8")
