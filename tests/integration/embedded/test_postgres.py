"""PostgreSQL as a child process: who gets in, what survives, and whom it runs as."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from fiblab.embedded.data_dir import DataDir
from fiblab.embedded.errors import DataDirError, StartError
from fiblab.embedded.postgres import PostgresServer
from fiblab.embedded.postgres_programs import prepare

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the user")


@contextmanager
def running(data_dir: DataDir) -> Iterator[PostgresServer]:
    """Run a server on the folder."""
    with PostgresServer(prepare(data_dir.path), data_dir) as server:
        yield server


def ask(url: str, query: str) -> object:
    """Return the one value that a query gives."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def test_its_url_leads_to_a_database_of_its_own(data_dir: DataDir) -> None:
    """Role and database are called fiblab, the role owns the database and is no superuser."""
    with running(data_dir) as server:
        owner = "select pg_get_userbyid(datdba) from pg_database where datname = 'fiblab'"
        assert ask(server.url, owner) == "fiblab"
        assert ask(server.url, "select current_user") == "fiblab"
        assert ask(server.url, "select usesuper from pg_user where usename = 'fiblab'") is False
        assert ask(server.superuser_url, "select current_setting('is_superuser')") == "on"


def test_text_and_files_are_kept_safely(data_dir: DataDir) -> None:
    """The encoding is UTF-8, its order that of code points; pages bear checksums and are synced."""
    with running(data_dir) as server:
        settings = {
            name: ask(server.url, f"show {name}")
            for name in ("server_encoding", "data_checksums", "fsync", "synchronous_commit")
        }
        assert set(settings.values()) == {"UTF8", "on"}
        assert ask(server.url, "select upper('é') || (E'Z' < 'a')") == "Étrue"


def test_refuses_whoever_has_no_password(data_dir: DataDir) -> None:
    """Knowing role, port and database is not enough."""
    with running(data_dir) as server:
        bare = f"postgresql://fiblab@127.0.0.1:{server.port}/fiblab"
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(bare)
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(bare.replace("@", ":wrong@"))


def test_listens_on_loopback_only(data_dir: DataDir) -> None:
    """No other machine can reach the server, and there is no socket file beside the port."""
    with running(data_dir) as server:
        links = psutil.Process(server.process.pid).net_connections("all")
        listening = [link.laddr for link in links if link.status == psutil.CONN_LISTEN]
        assert listening == [("127.0.0.1", server.port)]
        assert not [
            link
            for link in links
            if link.family not in (socket.AF_INET, socket.AF_INET6) and link.laddr
        ]


def test_data_survive_stop_and_start(data_dir: DataDir) -> None:
    """What was committed is there in the next run on the folder, under the same password."""
    with running(data_dir) as server, psycopg.connect(server.url) as connection:
        connection.execute("create table kept as select 42 as answer")
    with running(data_dir) as server:
        assert ask(server.url, "select answer from kept") == 42


def test_comes_back_at_the_same_url_after_sigkill(data_dir: DataDir) -> None:
    """A server killed with a client inside starts again at once, with what was committed."""
    with running(data_dir) as server:
        url = server.url
        client = psycopg.connect(url, autocommit=True)
        with client:
            client.execute("create table kept as select 42 as answer")
            server.process.kill()
            server.start()
        assert server.url == url
        assert ask(url, "select answer from kept") == 42


def test_starts_while_a_killed_predecessor_still_ends(data_dir: DataDir) -> None:
    """Given only the main process was killed, a start waits for its busy backends to end."""
    with running(data_dir) as server:
        main = psutil.Process(server.process.pid)
        children = main.children()
        for child in children:
            child.suspend()
        main.kill()
        assert server.process.wait_ended(10)
        server.launch()
        assert server.process.wait_ended(10)
        assert "pre-existing shared memory block" in server.process.latest_log()
        for child in children:
            child.resume()
        server.start()
        assert ask(server.url, "select 1") == 1


def test_stop_does_not_wait_for_clients(data_dir: DataDir) -> None:
    """An idle client does not hold up the end, which is an orderly one."""
    with running(data_dir) as server:
        with psycopg.connect(server.url) as client:
            server.stop()
            assert client.info.backend_pid
        assert server.process.exit_status == 0


def test_interrupted_creation_is_begun_again(data_dir: DataDir) -> None:
    """Half a data folder, left by a killed first start, is replaced."""
    half = data_dir.path / "postgres.partial"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with running(data_dir) as server:
        assert ask(server.url, "select 1") == 1
    assert not half.exists()


def test_data_of_another_major_version_are_refused_untouched(data_dir: DataDir) -> None:
    """The error names both versions and the way out; the data stay as they are."""
    old = data_dir.path / "postgres"
    old.mkdir()
    (old / "PG_VERSION").write_text("12\n")
    with (
        pytest.raises(DataDirError, match=r"PostgreSQL 12, and this is 18.*--data-dir"),
        running(data_dir),
    ):
        pass
    assert [path.name for path in old.iterdir()] == ["PG_VERSION"]


def test_failed_start_shows_why(data_dir: DataDir) -> None:
    """The error quotes the server's own words, and nothing is left running."""
    with running(data_dir) as server:
        pass
    (data_dir.path / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(StartError, match="pg_control"):
        server.start()
    assert not server.process.is_running


@AS_ROOT
def test_root_runs_it_as_nobody(data_dir: DataDir) -> None:
    """No process of PostgreSQL has root's rights."""
    with running(data_dir) as server:
        main = psutil.Process(server.process.pid)
        assert {process.username() for process in [main, *main.children()]} == {"nobody"}
        assert {process.gids().real for process in [main, *main.children()]} != {0}


@AS_ROOT
def test_folder_that_nobody_cannot_enter_is_refused(folder: Path) -> None:
    """Root's own home is no place for data: the error names the closed folder."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with (
        DataDir.open(closed / "data") as data_dir,
        pytest.raises(DataDirError, match=f"nobody, who may not enter {closed}"),
    ):
        prepare(data_dir.path)


@AS_ROOT
def test_programs_that_nobody_cannot_reach_are_copied_once(
    folder: Path, data_dir: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a clone below /root, PostgreSQL runs from a copy beside its data."""
    original = prepare(data_dir.path).folder.parents[1]
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(original, closed / original.name)
    shutil.copytree(f"{original}.libs", closed / f"{original.name}.libs")
    monkeypatch.syspath_prepend(closed)
    programs = prepare(data_dir.path)
    assert programs.folder.is_relative_to(data_dir.path)
    with running(data_dir) as server:
        assert ask(server.url, "select 1") == 1
    assert prepare(data_dir.path) == programs
