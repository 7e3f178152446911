"""The folder that one run of the lab owns: data, logs, passwords, and the lock that says so.

lock                    held while a run uses the folder; says which run, and where its page is
passwords.json          mode 0600
children.json           which processes this run has started (see `child_record`)
logs/                   one file a process
redis/, postgres/       the stores' own data
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import platformdirs

from .child_record import ChildRecord
from .errors import DataDirError, DataDirLockedError

#: How ephemeral folders are called in the system's folder for temporary files.
_EPHEMERAL_PREFIX = "fiblab-run-"

#: Seconds after which an ephemeral folder that nobody has locked was left by a killed run; a
#: younger one may be about to be locked.
_ABANDONED_AFTER_S = 60.0

#: Random bytes in a password; base64 makes 32 characters of them.
_PASSWORD_BYTES = 24

#: Folders of root's run, which the unprivileged user of PostgreSQL must be able to pass through.
_PASSABLE, _PRIVATE = 0o711, 0o700


def default_path() -> Path:
    """Return where data are kept unless the user says otherwise."""
    if os.geteuid() == 0:  # /root cannot be entered by the user that PostgreSQL runs as
        return Path("/var/lib/fiblab")
    return Path(platformdirs.user_data_dir("fiblab", appauthor=False))


class DataDir:
    """One run's folder, owned from `open` to `close`; an ephemeral one is deleted by `close`."""

    def __init__(self, path: Path, lock: int, *, is_ephemeral: bool) -> None:
        self.path = path
        self.is_ephemeral = is_ephemeral
        self.record = ChildRecord(path / "children.json")
        self._lock: int | None = lock

    @classmethod
    def open(
        cls,
        path: Path | None = None,
        *,
        ephemeral: bool = False,
        say: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """Create and lock the folder, and end what an earlier, killed run has left running.

        `path` is the default one if None. An ephemeral run makes a temporary folder of its own.
        Raises DataDirLockedError if a run is using it, DataDirError if it cannot be written.
        """
        if ephemeral and path is not None:
            raise DataDirError("an ephemeral run makes its own folder: leave out --data-dir")
        if ephemeral:
            _remove_abandoned(say)
            path = Path(tempfile.mkdtemp(prefix=_EPHEMERAL_PREFIX)).resolve()
            path.chmod(_folder_mode())
        path = (path or default_path()).expanduser().absolute()
        try:
            _create(path)
            data_dir = cls(path, _lock(path / "lock"), is_ephemeral=ephemeral)
        except OSError as error:
            raise DataDirError(
                f"{path} cannot be used: {error.strerror}; choose another folder with "
                "--data-dir, or run with --ephemeral"
            ) from error
        data_dir.record.end_leftovers(say)
        data_dir.publish("starting")
        return data_dir

    def close(self) -> None:
        """Give the folder up, and delete it if it is ephemeral; harmless when called twice."""
        if self._lock is not None:
            if self.is_ephemeral:
                shutil.rmtree(self.path)
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def log(self, name: str) -> Path:
        """Return the path of a process's log."""
        return self.path / "logs" / f"{name}.log"

    def publish(self, page: str) -> None:
        """Tell whoever tries to use the folder meanwhile who does, and where its page is."""
        if self._lock is None:
            raise RuntimeError(f"{self.path} has been given up: nobody owns it to publish a page")
        text = json.dumps({"pid": os.getpid(), "page": page}).encode()
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, text, 0)

    def password(self, name: str) -> str:
        """Return the password of that name, the same in every run on this folder."""
        file = self.path / "passwords.json"
        passwords: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        if name not in passwords:
            passwords[name] = secrets.token_urlsafe(_PASSWORD_BYTES)
            write_private(file, json.dumps(passwords))
        return passwords[name]


def _folder_mode() -> int:
    return _PASSABLE if os.geteuid() == 0 else _PRIVATE


def _create(folder: Path) -> None:
    """Make the folder; one that exists keeps its mode, which is its owner's business."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(_folder_mode())
    (folder / "logs").mkdir(mode=_PRIVATE, exist_ok=True)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    partial.replace(file)


def _lock(file: Path) -> int:
    """Lock the file for this process's life; raises DataDirLockedError, naming who has it."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        owner: dict[str, object] = {}
        with contextlib.suppress(json.JSONDecodeError):  # it may be writing at this very moment
            owner = json.loads(file.read_text())
        raise DataDirLockedError(
            f"already running in {file.parent}, as pid {owner.get('pid', 'unknown')}, "
            f"page: {owner.get('page', 'starting')}; open that page, stop that run, or give "
            "this one another folder with --data-dir"
        ) from error
    return lock


def _remove_abandoned(say: Callable[[str], None]) -> None:
    """Delete ephemeral folders of runs that were killed, and end what these left running."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_EPHEMERAL_PREFIX}*"):
        with contextlib.suppress(OSError, DataDirLockedError):  # not ours, in use, or just gone
            state = (folder / "lock").stat()
            is_old = time.time() - state.st_mtime > _ABANDONED_AFTER_S
            if state.st_uid == os.geteuid() and is_old:
                lock = _lock(folder / "lock")
                ChildRecord(folder / "children.json").end_leftovers(say)
                say(f"deleting {folder}, left behind by a run that was killed")
                shutil.rmtree(folder)
                os.close(lock)
