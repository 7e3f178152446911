"""Which labs run on this machine: `up` announces itself, the other commands find it.

One file a run, `<state folder>/running/<pid>.json`, mode 0600 because the addresses in
it hold passwords. A run that was killed leaves its file behind; whoever looks next
sees that its process is gone and removes it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import platformdirs
import psutil
from pydantic import SecretStr

from fiblab.config import QueueSettings, load

DEFAULT_SERVER = "http://127.0.0.1:8000"


class Running(msgspec.Struct, frozen=True):
    """One lab that runs here."""

    pid: int
    started: float
    page: str
    redis_url: str
    postgres_url: str

    @property
    def is_alive(self) -> bool:
        """Whether that very process still runs; a later one may bear its pid."""
        try:
            return psutil.Process(self.pid).create_time() == self.started
        except psutil.NoSuchProcess:
            return False


def _folder() -> Path:
    return Path(platformdirs.user_state_dir("fiblab", appauthor=False)) / "running"


@contextmanager
def announced(page: str, redis_url: str, postgres_url: str) -> Iterator[None]:
    """Let other commands of this user find this process's lab, until the block ends."""
    pid = os.getpid()
    running = Running(pid, psutil.Process(pid).create_time(), page, redis_url, postgres_url)
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{pid}.json"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(running))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def find() -> Running | None:
    """Find the lab that was started last, if one runs."""
    alive = []
    for path in _folder().glob("*.json"):
        running = msgspec.json.decode(path.read_bytes(), type=Running)
        if running.is_alive:
            alive.append(running)
        else:
            path.unlink(missing_ok=True)
    return max(alive, key=lambda running: running.started, default=None)


def server_address() -> str:
    """Tell where the server of the lab that runs here is, or where one would be."""
    running = find()
    return running.page if running else DEFAULT_SERVER


def queue_settings() -> QueueSettings:
    """Read the queue's settings: the environment's, or those of the lab that runs here."""
    settings = load(QueueSettings)
    running = find()
    if running is None or "redis_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"redis_url": SecretStr(running.redis_url)})
