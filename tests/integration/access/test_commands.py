"""`fiblab migrate` and `fiblab doctor`, as an operator calls them, about the services' users."""

import json

import psycopg
import pytest
import redis

from fiblab.cli.app import run
from fiblab.cli.exits import Exit
from fiblab.storage.access.privileges import Service

from .conftest import PASSWORD, QUOTED, as_user


def test_migrate_lets_in_whom_the_settings_name(
    database_url: str,
    redis_url: str,
    stack_admin_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One call makes the schema and the users; it may be repeated, and shows no password."""
    role, user = as_user(database_url, "migrated_role"), as_user(redis_url, "migrated_user")
    monkeypatch.setenv("FIBLAB_POSTGRES_URL", database_url)
    monkeypatch.setenv("FIBLAB_ADMIN_POSTGRES_URL", stack_admin_url)
    monkeypatch.setenv("FIBLAB_REDIS_URL", redis_url)
    monkeypatch.setenv("FIBLAB_SERVER_POSTGRES_URL", role)
    monkeypatch.setenv("FIBLAB_SERVER_REDIS_URL", user)

    assert [run(["migrate"]) for _ in range(2)] == [Exit.OK, Exit.OK]

    with psycopg.connect(role) as server:
        assert server.execute("select count(*) from request_ledger").fetchone() == (0,)
    with redis.Redis.from_url(user) as client:
        assert client.ping()
    said = "".join(capsys.readouterr())
    assert "migrated_role" in said
    assert PASSWORD not in said
    assert QUOTED not in said


def test_migrate_without_services_urls_is_about_the_schema_alone(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who names no service's user needs no Redis, and reads nothing of users."""
    monkeypatch.setenv("FIBLAB_POSTGRES_URL", database_url)
    monkeypatch.setenv("FIBLAB_REDIS_URL", "redis://127.0.0.1:1/0")
    assert run(["migrate"]) == Exit.OK
    assert "applied: 0001-request-ledger" in capsys.readouterr().err


def test_migrate_says_what_was_not_granted(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An owner who may create no role ends with exit code 1, and where to read on."""
    monkeypatch.setenv("FIBLAB_POSTGRES_URL", migrated_url)
    monkeypatch.setenv("FIBLAB_SERVER_POSTGRES_URL", as_user(migrated_url, "nobody_yet"))
    assert run(["migrate"]) == Exit.FAILED
    said = capsys.readouterr().err
    assert "permission denied to create role" in said
    assert "docs/reference/access.md" in said


def test_doctor_notes_a_user_that_may_do_more_than_a_service_needs(
    granted: dict[Service, str],
    redis_url: str,
    migrated_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The operator's own URLs are noted, a service's role is not."""
    monkeypatch.setenv("FIBLAB_REDIS_URL", redis_url)
    monkeypatch.setenv("FIBLAB_POSTGRES_URL", migrated_url)
    run(["doctor", "--json"])
    noted = {finding["subject"] for finding in json.loads(capsys.readouterr().out)}
    assert {"FIBLAB_REDIS_URL", "FIBLAB_POSTGRES_URL"} <= noted

    monkeypatch.setenv("FIBLAB_POSTGRES_URL", granted[Service.SERVER])
    run(["doctor", "--json"])
    noted = {finding["subject"] for finding in json.loads(capsys.readouterr().out)}
    assert "FIBLAB_POSTGRES_URL" not in noted
