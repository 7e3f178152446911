"""No secret is ever written down: not in a log, an answer, a metric or an error, in no spelling."""

import socket
from contextlib import ExitStack

import pytest

from .conftest import (
    POSTGRES_PASSWORD,
    REDIS_PASSWORD,
    TOKEN,
    WRONG_TOKEN,
    Canaries,
    assert_no_secret,
    with_login,
)

ADDRESS = "/api/v1/fibonacci"

#: Raises, amid a running service, what quotes a URL: only the hook for uncaught errors sees it.
CRASH = """
import sys
from fiblab.cli import main
from fiblab.server import run

def fail(parts, surroundings, add_more):
    settings = parts.settings
    raise RuntimeError(settings.redis_url.get_secret_value(), settings.postgres_url, vars(settings))

run.build_app = fail
main(["server"])
"""


def test_secrets_are_found_in_every_spelling() -> None:
    """The search itself finds what it looks for."""
    for text in (
        f"at redis://canary:{REDIS_PASSWORD}@host",
        "postgres-Canary%2F%40%3A%25",
        "Basic Y2FuYXJ5OnJlZGlzLUNhbmFyeS9AOiU/IyYiJyA3",
    ):
        with pytest.raises(AssertionError):
            assert_no_secret(text)
    assert_no_secret("redis://canary@host as canary")


def test_services_at_work(canaries: Canaries) -> None:
    """Server and worker do all they can at debug level; the loops tell what they do, too."""
    debug = {"PYTHONASYNCIODEBUG": "1", "FIBLAB_OPERATOR_TOKEN": TOKEN}
    with (
        canaries.running("server", FIBLAB_PORT="0", **debug) as server,
        canaries.running("worker", **debug) as worker,
    ):
        assert server.ask("POST", f"{ADDRESS}/300", headers={"Prefer": "wait=20"}).is_success
        for token, status in ((TOKEN, 200), (WRONG_TOKEN, 401), (f"{TOKEN}x", 401)):
            bearer = {"Authorization": f"Bearer {token}"}
            answer = server.ask("POST", "/api/v1/queue/pause", headers=bearer)
            assert answer.status_code == status
        server.ask("GET", f"{ADDRESS}/x?token={TOKEN}", headers={"Cookie": TOKEN})
        for address in ("/readyz", "/metrics", "/api/v1/queue", "/api/v1/dead-letters", "/docs"):
            assert server.ask("GET", address).is_success
        said = [server.terminate(), worker.terminate(), *server.answers]
    assert '"event":"answered"' in said[0]
    assert_no_secret("\n".join(said))


def test_services_that_are_locked_out(canaries: Canaries) -> None:
    """Stores that begin to refuse the password are told of without it, in logs and answers."""
    with (
        canaries.running("server", FIBLAB_PORT="0") as server,
        canaries.running("worker") as worker,
    ):
        assert server.ask("POST", f"{ADDRESS}/300", headers={"Prefer": "wait=20"}).is_success
        canaries.lock_out()
        for method, address in (
            ("POST", f"{ADDRESS}/301"),
            ("GET", f"{ADDRESS}/302"),
            ("GET", f"{ADDRESS}/most-requested"),
            ("GET", "/readyz"),
        ):
            assert server.ask(method, address).status_code == 503
        server.ask("GET", "/metrics")
        worker.until('"level":"(warning|error)"')
        said = [server.terminate(), worker.terminate(), *server.answers]
    assert_no_secret("\n".join(said))


@pytest.mark.parametrize("service", ["server", "worker", "migrate"])
def test_services_that_never_get_in(canaries: Canaries, service: str) -> None:
    """A wrong password, a store that is away and a database that is not there, at the start."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        away = f"127.0.0.1:{nobody.getsockname()[1]}"
    changes = [
        {"FIBLAB_REDIS_URL": with_login(canaries.redis_url, REDIS_PASSWORD, user="nobody")},
        {"FIBLAB_POSTGRES_URL": with_login(canaries.postgres_url, POSTGRES_PASSWORD, "nobody")},
        {"FIBLAB_REDIS_URL": with_login(f"redis://{away}/0", REDIS_PASSWORD)},
        {"FIBLAB_POSTGRES_URL": with_login(f"postgresql://{away}/fiblab", POSTGRES_PASSWORD)},
        {"FIBLAB_POSTGRES_URL": f"{canaries.postgres_url}_not_there"},
        {"FIBLAB_POSTGRES_URL": f"{canaries.postgres_url}?sslmode=verify-full"},
    ]
    if service == "migrate":
        changes = changes[1:2] + changes[3:]  # it knows no Redis
    with ExitStack() as running:
        tries = [
            running.enter_context(canaries.running(service, FIBLAB_PORT="0", **change))
            for change in changes
        ]
        texts = [attempt.until_trouble() for attempt in tries]
    assert_no_secret("\n".join(texts))


#: URLs that cannot be read, each with a secret where a parser might quote it.
UNREADABLE = {
    "another scheme": "http://canary:{}@127.0.0.1/0",
    "no scheme": "canary:{}@127.0.0.1",
    "not quoted": "SCHEME://canary:{}@127.0.0.1:6379/0",
    "as a user": "SCHEME://{}@127.0.0.1:6379/0",
    "as a port": "SCHEME://127.0.0.1:{}/0",
    "as a database": "SCHEME://127.0.0.1:6379/{}",
    "in the query": "SCHEME://127.0.0.1:6379/0?password={}",
    "as the query": "SCHEME://127.0.0.1:6379/0?{}",
}
COMMANDS = (("config", "server", "--check"), ("server",))


@pytest.mark.parametrize("url", UNREADABLE.values(), ids=UNREADABLE)
def test_urls_that_cannot_be_read(canaries: Canaries, url: str) -> None:
    """The complaint about a URL does not quote it, whoever complains."""
    redis = {"FIBLAB_REDIS_URL": url.format(REDIS_PASSWORD).replace("SCHEME", "redis")}
    postgres = {"FIBLAB_POSTGRES_URL": url.format(POSTGRES_PASSWORD).replace("SCHEME", "postgres")}
    tries = [(command, change) for command in COMMANDS for change in (redis, postgres)]
    with ExitStack() as running:
        said = [
            running.enter_context(canaries.running(*command, FIBLAB_PORT="0", **change))
            for command, change in [*tries, (("migrate",), postgres)]
        ]
        texts = [attempt.until_trouble() for attempt in said]
    assert all(texts)
    assert_no_secret("\n".join(texts))


def test_a_crash(canaries: Canaries) -> None:
    """An error that nobody caught and that quotes the URLs is logged without the passwords."""
    with canaries.running("-c", CRASH, FIBLAB_PORT="0", FIBLAB_OPERATOR_TOKEN=TOKEN) as said:
        text = said.ended()
    assert said.process.returncode == 1
    assert "RuntimeError" in text
    assert_no_secret(text)


def test_commands(canaries: Canaries) -> None:
    """What shows settings or looks at the lab shows no secret; a token that is none neither."""
    bad_token = {"FIBLAB_OPERATOR_TOKEN": f"{TOKEN} {WRONG_TOKEN}"}
    for command, changes in (
        (("config", "server"), {"FIBLAB_OPERATOR_TOKEN": TOKEN}),
        (("config", "server", "--check"), {"FIBLAB_OPERATOR_TOKEN": TOKEN}),
        (("config", "server", "--check"), bad_token),
        (("doctor", "--json"), {"FIBLAB_OPERATOR_TOKEN": TOKEN}),
        (("doctor",), bad_token),
        (("queue", "depth"), {}),
        (("migrate", "--pending"), {}),
        (("up", "--port", "-1", "--no-browser"), bad_token),
    ):
        with canaries.running(*command, **changes) as said:
            assert_no_secret(said.ended())
