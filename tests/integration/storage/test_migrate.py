"""Migrations: up, down, many runners at once, and no secret in an error."""

import subprocess
import sys

import psycopg
import pytest

from fiblab.storage import migrate
from fiblab.storage.errors import MigrationFailed

TABLES = {"request_ledger", "request_count", "fibonacci_value"}
NAMES = ["0001-request-ledger", "0002-fibonacci-value"]


def test_apply_brings_an_empty_database_to_the_schema(database_url: str) -> None:
    """What was pending is applied in order, and nothing is pending afterwards."""
    assert migrate.pending(database_url) == NAMES

    assert migrate.apply(database_url) == NAMES

    assert tables(database_url) >= TABLES
    assert migrate.pending(database_url) == []


def test_apply_twice_changes_nothing(migrated_url: str) -> None:
    """A second runner finds nothing to do."""
    assert migrate.apply(migrated_url) == []


def test_rollback_undoes_the_last_steps_and_apply_brings_them_back(migrated_url: str) -> None:
    """Down is the exact inverse of up, newest first."""
    assert migrate.rollback(migrated_url, 1) == [NAMES[1]]
    assert tables(migrated_url) & TABLES == {"request_ledger", "request_count"}

    assert migrate.rollback(migrated_url, 1) == [NAMES[0]]
    assert not tables(migrated_url) & TABLES

    assert migrate.apply(migrated_url) == NAMES


def test_rollback_needs_a_positive_number_of_steps(database_url: str) -> None:
    """Zero steps is a mistake of the caller, not a way to undo everything."""
    with pytest.raises(ValueError, match="steps is 0"):
        migrate.rollback(database_url, 0)


def test_two_runners_at_once_both_succeed(database_url: str) -> None:
    """Real processes started together apply each migration exactly once between them."""
    program = f"from fiblab.storage import migrate; print(migrate.apply({database_url!r}))"
    runners = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]

    answers = [runner.communicate() for runner in runners]

    assert [err for _, err in answers] == ["", "", ""]
    assert sorted(out.strip() for out, _ in answers) == [str(NAMES), "[]", "[]"]


def test_a_killed_runner_blocks_nobody(database_url: str) -> None:
    """Yoyo's lock row of a dead process is not waited for."""
    migrate.pending(database_url)  # creates the lock's table
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into yoyo_lock (locked, ctime, pid) values (1, now(), 1)")

    assert migrate.apply(database_url) == NAMES


def test_a_migration_that_was_applied_but_not_marked_is_applied_again(migrated_url: str) -> None:
    """A runner that died between the two is repaired by the next one."""
    with psycopg.connect(migrated_url) as connection:
        connection.execute("delete from _yoyo_migration")

    assert migrate.apply(migrated_url) == NAMES


def test_every_table_and_column_is_described(migrated_url: str) -> None:
    """Who opens the database finds what each thing means."""
    undescribed = """
        select table_name, column_name from information_schema.columns
        where table_schema = 'public' and table_name = any(%s)
          and col_description(table_name::regclass, ordinal_position) is null"""
    with psycopg.connect(migrated_url) as connection:
        assert connection.execute(undescribed, [sorted(TABLES)]).fetchall() == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone:s3cr%25t@127.0.0.1:1/nowhere",
        "mysql://someone:s3cr%25t@127.0.0.1:1/nowhere",
    ],
    ids=["unreachable", "other scheme"],
)
def test_an_error_never_shows_the_password(url: str) -> None:
    """Neither the encoded nor the decoded password is in the error or in what it came from."""
    with pytest.raises(MigrationFailed) as caught:
        migrate.apply(url)

    assert "s3cr" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def tables(url: str) -> set[str]:
    """Return the names of the tables of the database."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'")
        return {str(name) for (name,) in rows.fetchall()}
