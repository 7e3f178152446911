"""PostgreSQL's data folder: created whole or not at all, and refused if it is not ours to use."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .data_dir import write_private
from .errors import DataDirError, StartError
from .postgres_programs import PostgresPrograms

#: Name of the lab's database and of the role that owns it, which is no superuser.
DATABASE = ROLE = "fiblab"

#: What initdb is told: who may do everything, checksums, and an order of text that is the same
#: on every system, whatever its language.
_INITDB_OPTIONS = (
    *("--username", "postgres", "--auth", "scram-sha-256", "--data-checksums"),
    *("--encoding", "UTF8", "--locale", "C"),
    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions"),
)


@dataclass(frozen=True)
class Passwords:
    """The superuser's ("postgres") and the lab's own role's; of characters that need no quoting."""

    superuser: str
    role: str


def ensure(folder: Path, programs: PostgresPrograms, passwords: Passwords, *, sync: bool) -> None:
    """Create the data folder with role and database, unless it is there; 1 s the first time.

    Without `sync` the files are left to the system to write. Raises DataDirError if what is there
    cannot be used, StartError if PostgreSQL's programs fail; an interrupted call leaves nothing
    that a later one does not replace.
    """
    if folder.exists():
        _require_usable(folder, programs)
        return
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    _give(partial, programs.user)
    _initialise(partial, programs, passwords.superuser, [] if sync else ["--no-sync"])
    _create_database(partial, programs, passwords.role)
    partial.replace(folder)


def _require_usable(folder: Path, programs: PostgresPrograms) -> None:
    remedy = f"start with another --data-dir, or move {folder} away (its data stay there)"
    version_file = folder / "PG_VERSION"
    if not version_file.exists():
        raise DataDirError(f"{folder} holds no PostgreSQL data: {remedy}")
    version = version_file.read_text().strip()
    if version != str(programs.major):
        raise DataDirError(
            f"{folder} was written by PostgreSQL {version}, and this is {programs.version}, "
            f"which cannot read it: {remedy}"
        )
    owner = folder.stat().st_uid
    if owner != _uid(programs.user):
        raise DataDirError(
            f"{folder} belongs to user id {owner}, but PostgreSQL would run as user id "
            f"{_uid(programs.user)}: run as the user who started it first, or {remedy}"
        )


def _initialise(
    folder: Path, programs: PostgresPrograms, password: str, options: Sequence[str]
) -> None:
    password_file = folder.with_suffix(".password")
    write_private(password_file, password)
    _give(password_file, programs.user)
    try:
        _run(
            programs,
            ["initdb", "--pgdata", folder, "--pwfile", password_file, *_INITDB_OPTIONS, *options],
        )
    finally:
        password_file.unlink()


def _create_database(folder: Path, programs: PostgresPrograms, password: str) -> None:
    """Create role and database in single-user mode: no port is open, and none has to be found."""
    statements = (
        f"create role {ROLE} login password '{password}';\n"
        f"create database {DATABASE} owner {ROLE};\n"
    )
    strict = ["-c", "exit_on_error=on", "-c", "log_min_error_statement=panic"]
    _run(programs, ["postgres", "--single", "-D", folder, *strict, "postgres"], statements)


def _run(
    programs: PostgresPrograms, arguments: Sequence[str | Path], statements: str | None = None
) -> None:
    account = pwd.getpwnam(programs.user) if programs.user else None
    program, *rest = arguments
    done = subprocess.run(  # noqa: S603 - the wheel's own programs
        [programs.folder / program, *rest],
        input=statements or "",
        capture_output=True,
        text=True,
        check=False,
        cwd=programs.folder,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        start_new_session=True,  # Ctrl-C is the supervisor's to handle
    )
    if done.returncode != 0:
        raise StartError(f"{program} failed with exit status {done.returncode}: {done.stderr}")


def _give(path: Path, user: str | None) -> None:
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def _uid(user: str | None) -> int:
    return pwd.getpwnam(user).pw_uid if user is not None else os.geteuid()
