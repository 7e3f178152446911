"""What each service's user may not do in Redis, and what happens to it when Redis restarts."""

from collections.abc import Iterator

import pytest
import redis

from fiblab.embedded import EmbeddedStack
from fiblab.queue import Keys
from fiblab.storage.access.privileges import Service
from fiblab.storage.access.redis_users import grant_users
from fiblab.storage.errors import AccessFailed

from .conftest import PASSWORD, QUOTED, as_user

KEY = Keys().job

OF_NOBODY = (
    "ACL LIST",
    "ACL SETUSER another on nopass +@all",
    "ACL WHOAMI",
    "BGREWRITEAOF",
    "CLIENT KILL TYPE normal",
    "CLIENT LIST",
    "CLIENT NO-EVICT on",
    "CLIENT PAUSE 1",
    "CLUSTER INFO",
    "COMMAND",
    "CONFIG GET requirepass",
    "CONFIG REWRITE",
    "CONFIG SET maxmemory-policy allkeys-lru",
    "DBSIZE",
    "FAILOVER",
    "FLUSHALL",
    "FLUSHDB",
    "FUNCTION FLUSH",
    "KEYS *",
    "LATENCY RESET",
    "MIGRATE 127.0.0.1 1 x 0 1",
    "MODULE LIST",
    "MONITOR",
    "PSYNC ? -1",
    "PUBLISH channel text",
    "RANDOMKEY",
    "REPLICAOF 127.0.0.1 1",
    "SAVE",
    "SCAN 0",
    "SCRIPT FLUSH",
    "SCRIPT KILL",
    "SHUTDOWN NOSAVE",
    "SLOWLOG GET",
    "SORT list",
    "SUBSCRIBE channel",
    "SWAPDB 0 1",
    f"COPY {KEY} {KEY}2",
    f"DUMP {KEY}",
    f"EXPIRE {KEY} 1",
    f"LTRIM {KEY} 0 1",
    f"RENAME {KEY} {KEY}2",
    f"UNLINK {KEY}",
    # Other applications' keys, by commands that the services do use.
    "DEL other",
    "GET other",
    "SET other 1",
    "EVAL redis.call('GET',KEYS[1]) 1 other",
    "EVAL redis.call('FLUSHALL') 0",
)
ONLY_THE_OTHER = {
    Service.SERVER: (
        f"BLPOP {KEY} 1",
        "CLIENT ID",
        "CLIENT UNBLOCK 1",
        f"HINCRBY {KEY} 7 1",
        f"PEXPIRE {KEY} 1000",
        f"RPOP {KEY}",
    ),
    Service.WORKER: (
        f"LINDEX {KEY} 0",
        f"LRANGE {KEY} 0 1",
        f"XRANGE {KEY} - +",
        f"XREAD STREAMS {KEY} 0",
        f"XREVRANGE {KEY} + -",
        f"ZREVRANGE {KEY} 0 1",
    ),
}
REFUSED = [(s, text) for s in Service for text in (*OF_NOBODY, *ONLY_THE_OTHER[s])]


#: In Redis's words of a command, of one within a script, and of a key.
REFUSAL = "no permissions|executing the script can't run"


@pytest.fixture
async def user_urls(redis_url: str) -> dict[Service, str]:
    """Give the URL of each service's user in a Redis without keys."""
    urls = {service: as_user(redis_url, f"test_{service}") for service in Service}
    await grant_users(redis_url, urls)
    return urls


@pytest.fixture
def admin(redis_url: str) -> Iterator[redis.Redis]:
    """Look at Redis as who may do all."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        client.hset(KEY, "7", "record")
        client.set("other", "kept")
        yield client


@pytest.mark.parametrize(("service", "command"), REFUSED)
def test_a_service_is_refused_what_it_does_not_do(
    user_urls: dict[Service, str], admin: redis.Redis, service: Service, command: str
) -> None:
    """Redis itself answers NOPERM, and nothing has changed."""
    before = (admin.config_get(), admin.acl_list(), everything(admin))

    with (
        redis.Redis.from_url(user_urls[service]) as client,
        pytest.raises(redis.ResponseError, match=REFUSAL),
    ):
        client.execute_command(*command.split(" "))

    assert (admin.config_get(), admin.acl_list(), everything(admin)) == before


async def test_a_repetition_takes_back_what_was_granted_by_hand(
    redis_url: str, user_urls: dict[Service, str], admin: redis.Redis
) -> None:
    """A user that may too much may only what is on the list after the next migration."""
    users = admin.acl_list()
    admin.acl_setuser(
        "test_server", enabled=True, categories=["+@all"], keys=["*"], passwords=["+more"]
    )

    await grant_users(redis_url, user_urls)

    assert admin.acl_list() == users


async def test_users_are_known_after_a_restart(stack: EmbeddedStack) -> None:
    """A Redis of the lab's own is killed and comes back with its users; nothing is granted anew."""
    with EmbeddedStack(ephemeral=True, postgres_url=stack.postgres_url) as own:
        assert own.redis is not None
        url = as_user(own.redis_url, "kept")
        assert await grant_users(own.redis_url, {Service.SERVER: url})

        own.redis.process.kill()
        own.redis.start()

        with redis.Redis.from_url(url) as client:
            assert client.ping()


async def test_a_redis_without_a_file_of_users_is_told_of(
    redis_url: str, user_urls: dict[Service, str], admin: redis.Redis
) -> None:
    """Who may not save cannot promise that users last: the answer says so, the users are there."""
    admin.acl_setuser(
        "setter", enabled=True, passwords=[f"+{PASSWORD}"], commands=["+acl|setuser", "+ping"]
    )

    assert not await grant_users(as_user(redis_url, "setter"), user_urls)

    with redis.Redis.from_url(user_urls[Service.SERVER]) as client:
        assert client.ping()


@pytest.mark.parametrize("login", ["", ":password@", "default:password@", "name@"])
async def test_a_url_that_names_no_user_of_its_own_is_refused(redis_url: str, login: str) -> None:
    """The error names the variable and what to write, and no password."""
    url = f"redis://{login}127.0.0.1:1/0"
    with pytest.raises(AccessFailed, match="FIBLAB_WORKER_REDIS_URL") as refused:
        await grant_users(redis_url, {Service.WORKER: url})
    assert "password@" not in str(refused.value).replace("USER:PASSWORD@", "")


async def test_who_may_create_no_user_is_told(user_urls: dict[Service, str]) -> None:
    """A service's own user cannot give itself more; the error shows no password."""
    with pytest.raises(AccessFailed, match="NOPERM") as refused:
        await grant_users(user_urls[Service.SERVER], user_urls)
    assert PASSWORD not in str(refused.value)
    assert QUOTED not in str(refused.value)


def everything(client: redis.Redis) -> list[object]:
    """Read all keys and what they hold."""
    return [sorted(client.scan_iter()), client.hgetall(KEY), client.get("other")]
