"""Both stores of one machine, started side by side and stopped in order."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from .data_dir import DataDir
from .postgres import PostgresServer
from .postgres_programs import prepare
from .process import Pause
from .redis import RedisServer
from .redis_programs import RedisProgram, choose


class EmbeddedStack:
    """Redis and PostgreSQL in one data folder, from `start` (or `with`) to `stop`.

    A given URL takes a store's place: nothing is started for it, and it is passed on as it is.
    `data_dir` is the default folder if None; `ephemeral` keeps nothing and is faster. `say` is
    told what else is done (such as ending what a killed run left); `pause` is waited with and
    may raise to give up. Start it in the main thread: on Linux the stores end with the thread
    that started them, however that ends.
    """

    def __init__(  # noqa: PLR0913 - each is one independent choice
        self,
        *,
        ephemeral: bool = False,
        data_dir: Path | None = None,
        redis_url: str | None = None,
        postgres_url: str | None = None,
        redis_program: RedisProgram | None = None,
        say: Callable[[str], None] = lambda _: None,
        pause: Pause = time.sleep,
    ) -> None:
        self._ephemeral = ephemeral
        self._path = data_dir
        self._redis_url = redis_url
        self._postgres_url = postgres_url
        self._redis_program = redis_program
        self._say = say
        self._pause = pause
        self._data_dir: DataDir | None = None
        self.redis: RedisServer | None = None
        self.postgres: PostgresServer | None = None

    @property
    def redis_url(self) -> str:
        """The given URL, or that of the started Redis."""
        if self._redis_url is not None:
            return self._redis_url
        if self.redis is None:
            raise RuntimeError("the stack has not been started: it has no Redis yet")
        return self.redis.url

    @property
    def postgres_url(self) -> str:
        """The given URL, or that of the started PostgreSQL."""
        if self._postgres_url is not None:
            return self._postgres_url
        if self.postgres is None:
            raise RuntimeError("the stack has not been started: it has no PostgreSQL yet")
        return self.postgres.url

    @property
    def data_dir(self) -> DataDir:
        """The folder of this run."""
        if self._data_dir is None:
            raise RuntimeError("the stack has not been started: it has no data folder yet")
        return self._data_dir

    def start(self) -> None:
        """Lock the data folder, start what is not given, and return when both answer.

        Raises an EmbeddedError (see `errors`); nothing is left running then.
        """
        self._data_dir = DataDir.open(self._path, ephemeral=self._ephemeral, say=self._say)
        try:
            self._launch(self._data_dir)
            for store in (self.redis, self.postgres):
                if store is not None:
                    store.wait_ready(self._pause)
        except BaseException:
            self.stop()
            raise

    def _launch(self, data_dir: DataDir) -> None:
        if self._redis_url is None:
            self.redis = RedisServer(self._redis_program or choose(), data_dir)
            self.redis.launch()  # it comes up while PostgreSQL's data folder is created
        if self._postgres_url is None:
            self.postgres = PostgresServer(prepare(data_dir.path), data_dir)
            self.postgres.launch()

    def stop(self) -> None:
        """Stop Redis, then PostgreSQL, and give the folder up; harmless when nothing runs."""
        with ExitStack() as stack:  # also where an impatient Ctrl-C cuts one of them short
            if self._data_dir is not None:
                stack.callback(self._data_dir.close)
            for store in (self.postgres, self.redis):
                if store is not None:
                    stack.callback(store.stop)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
