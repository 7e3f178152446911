"""Redis and PostgreSQL as child processes of one machine's lab, without Docker.

`stack` starts both; `process` is one supervised child; `data_dir` is the folder they live in.
Nothing here is part of a deployment: there the stores' URLs are given.
"""

from .errors import EmbeddedError
from .redis_programs import RedisProgram, find_servers
from .stack import EmbeddedStack

__all__ = ["EmbeddedError", "EmbeddedStack", "RedisProgram", "find_servers"]
