"""What both stores hold at the end, read from real ones."""

import psycopg
import redis

from fiblab.lab.checker import ledger_contents, redis_contents
from fiblab.lab.checker.ledger_contents import Row
from fiblab.lab.checker.structure import TAG


def test_keys_without_a_ttl_are_told_from_others(redis_url: str) -> None:
    """Only those that live for ever are listed; all are counted."""
    with redis.Redis.from_url(redis_url) as client:
        client.set("lasting", 1)
        client.set("passing", 1, ex=100)
        client.hset(f"{TAG}:reason", "9", '{"category":"worker_died"}')
        client.lpush(f"{TAG}:wake:heavy", 1, 1)
    contents = redis_contents.read(redis_url)
    assert contents.lasting_keys == ("lasting", f"{TAG}:reason", f"{TAG}:wake:heavy")
    assert contents.key_count == 4
    assert contents.reasons == {"9": '{"category":"worker_died"}'}
    assert contents.wake_tokens == {"light": 0, "heavy": 2}


def test_the_ledger_is_read_whole(migrated_url: str) -> None:
    """Every row and every count is there, whatever its state."""
    with psycopg.connect(migrated_url) as connection:
        connection.execute("""
            insert into request_ledger
              (request_id, index, state, closed_at, failure_category, failure_detail) values
              ('key:a', 5, 'open', null, null, null), ('key:b', 6, 'done', now(), null, null),
              ('key:c', 7, 'failed', now(), 'worker_died', 'thrice')""")
        connection.execute("insert into request_count values (5, 1), (6, 1), (7, 1)")
    contents = ledger_contents.read(migrated_url)
    assert contents.rows == {
        "key:a": Row(5, "open", "", has_detail=False),
        "key:b": Row(6, "done", "", has_detail=False),
        "key:c": Row(7, "failed", "worker_died", has_detail=True),
    }
    assert contents.counts == {5: 1, 6: 1, 7: 1}
