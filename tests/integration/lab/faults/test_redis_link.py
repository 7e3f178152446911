"""The way to a real Redis: where a fault strikes, what it leaves, and that nothing else changes."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from fiblab.lab.faults.framing import Moment
from fiblab.lab.faults.link import Link
from fiblab.lab.faults.redis_link import RedisLink
from fiblab.queue import Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection, ReplyLost, ReplyTimeout

#: More than any buffer on the way holds.
LARGE = bytes(range(256)) * 80_000


def _nothing() -> None:
    return None


def packed(*words: str) -> bytes:
    """Write a command as clients do."""
    bulks = [f"${len(word)}\r\n{word}\r\n" for word in words]
    return f"*{len(words)}\r\n{''.join(bulks)}".encode()


async def _has_passed(link: Link, operation: str) -> None:
    """Return once the operation has come to the link."""
    while not link.operations[operation]:  # noqa: ASYNC110 - a counter sets no event
        await asyncio.sleep(0)


@pytest.fixture
async def other(redis_link: RedisLink) -> AsyncIterator[Connection]:
    """Give a second connection through the link."""
    address = Address.parse(redis_link.url)
    opened = Connection(address, name="other", reply_timeout=5)
    await opened.connect()
    yield opened
    await opened.close()


async def test_an_operation_is_named_after_its_script_or_its_command(
    redis_link: RedisLink, far: Connection
) -> None:
    """Also where Redis did not know the script, and it went in full."""
    queue = Queue(far, Keys(), Policy())
    await queue.enqueue([Job("1", "light")])
    await far.execute("SCRIPT", "FLUSH")
    redis_link.operations.clear()
    await queue.enqueue([Job("2", "light")])
    assert redis_link.operations == {"enqueue": 2}  # EVALSHA, which failed, and EVAL


async def test_before_a_command_redis_has_all_earlier_ones_and_not_that(
    redis_link: RedisLink, far: Connection, connection: Connection
) -> None:
    """It strikes while Redis knows nothing of it, and what was pipelined before it is done."""
    struck = redis_link.arm("INCR", Moment.BEFORE, _nothing)
    earlier = [far.execute("RPUSH", "earlier", number) for number in range(100)]
    later = far.execute("INCR", "number"), far.execute("SET", "later", "x")
    outcomes = await asyncio.gather(*earlier, *later, return_exceptions=True)
    await struck
    async with asyncio.timeout(10):
        while await connection.execute("LLEN", "earlier") != len(earlier):
            pass  # they are on their way: Redis reads when it does
    assert all(isinstance(outcome, ReplyLost) for outcome in outcomes)
    assert await connection.execute("EXISTS", "number", "later") == 0


async def test_after_a_command_its_reply_is_lost_and_none_before_it(
    redis_link: RedisLink, far: Connection, connection: Connection
) -> None:
    """It is done when the strike comes, and not one byte of its reply has been passed on."""
    done_at_the_strike: list[asyncio.Future[object]] = []
    redis_link.arm(
        "INCR",
        Moment.AFTER,
        lambda: done_at_the_strike.append(connection.execute("GET", "number")),  # type: ignore[arg-type] # a Reply is an object
    )
    earlier = [far.execute("RPUSH", "earlier", number) for number in range(100)]
    with pytest.raises(ReplyLost):
        await far.execute("INCR", "number")
    assert await asyncio.gather(*earlier) == list(range(1, 101))
    assert await done_at_the_strike[0] == b"1"


async def test_half_a_reply_ends_in_the_middle(redis_url: str, redis_link: RedisLink) -> None:
    """A client gets the first half of the bytes, and the end of the connection."""
    redis_link.arm("ECHO", Moment.HALF_REPLY, _nothing)
    reader, writer = await asyncio.open_connection("127.0.0.1", redis_link.port)
    writer.write(packed("AUTH", str(Address.parse(redis_url).password)))
    writer.write(packed("ECHO", "abcdefgh"))
    assert await reader.read() == b"+OK\r\n" + b"$8\r\nabcdefgh\r\n"[:7]
    writer.close()


async def test_a_strike_spares_other_connections(
    redis_link: RedisLink, far: Connection, other: Connection
) -> None:
    """Two connections at once: one blocks, and its reply comes although the other is cut."""
    blocked = other.execute("BLPOP", "list", 4)
    await _has_passed(redis_link, "BLPOP")
    redis_link.arm("INCR", Moment.AFTER, _nothing)
    with pytest.raises(ReplyLost):
        await far.execute("INCR", "number")
    await far.wait_connected(5)
    await far.execute("RPUSH", "list", "x")
    assert await blocked == [b"list", b"x"]


async def test_after_a_strike_the_way_is_open_again(redis_link: RedisLink, far: Connection) -> None:
    """The trap is gone with its strike: the same command passes on the next connection."""
    redis_link.arm("INCR", Moment.BEFORE, _nothing)
    with pytest.raises(ReplyLost):
        await far.execute("INCR", "number")
    await far.wait_connected(5)
    assert await far.execute("INCR", "number") == 1


async def test_what_is_called_off_never_strikes(
    redis_link: RedisLink, far: Connection, other: Connection
) -> None:
    """Not even where its operation has come by already, and only the reply is missing."""
    struck = redis_link.arm("BLPOP", Moment.AFTER, _nothing)
    answer = far.execute("BLPOP", "list", 2)
    await _has_passed(redis_link, "BLPOP")
    redis_link.disarm()
    await other.execute("RPUSH", "list", "x")
    assert await answer == [b"list", b"x"]
    assert struck.cancelled()


async def test_a_trap_whose_operation_got_no_reply_waits_for_the_next(
    redis_link: RedisLink, far: Connection, other: Connection
) -> None:
    """The connection may end by itself between the two."""
    struck = redis_link.arm("BLPOP", Moment.AFTER, _nothing)
    answer = far.execute("BLPOP", "list", 2)
    await _has_passed(redis_link, "BLPOP")
    redis_link.cut()
    with pytest.raises(ReplyLost):
        await answer
    await asyncio.gather(far.wait_connected(5), other.wait_connected(5))
    await other.execute("RPUSH", "list", "x")
    assert not struck.done()
    with pytest.raises(ReplyLost):
        await far.execute("BLPOP", "list", 2)
    assert struck.done()


async def test_what_is_stalled_arrives_when_it_may(redis_link: RedisLink, far: Connection) -> None:
    """A partition loses nothing by itself: what was sent arrives when it is over."""
    redis_link.stall()
    answer = far.execute("PING")
    done, _ = await asyncio.wait([answer], timeout=0.05)
    assert not done
    redis_link.resume()
    assert await answer == b"PONG"


async def test_a_stalled_link_takes_new_connections_and_is_mute(redis_link: RedisLink) -> None:
    """A login waits until the link resumes."""
    redis_link.stall()
    late = Connection(Address.parse(redis_link.url), name="late")
    connecting = asyncio.create_task(late.connect())
    done, _ = await asyncio.wait([connecting], timeout=0.05)
    assert not done
    redis_link.resume()
    await connecting
    await late.close()


async def test_a_delay_makes_a_reply_late(redis_link: RedisLink, far: Connection) -> None:
    """Later than the reply's time limit: the connection gives up, and is whole afterwards."""
    redis_link.delay(3)
    with pytest.raises(ReplyTimeout):
        await far.execute("PING")
    redis_link.delay(0)
    await far.wait_connected(5)
    assert await far.execute("PING") == b"PONG"


async def test_large_and_many_replies_pass_unchanged(far: Connection) -> None:
    """Megabytes in both directions, hundreds of commands at once."""
    await far.execute("SET", "large", LARGE)
    replies = await asyncio.gather(
        *(far.execute("INCR", "number") for _ in range(500)), far.execute("GET", "large")
    )
    assert replies[:-1] == list(range(1, 501))
    assert replies[-1] == LARGE


async def test_a_reply_that_nobody_reads_waits_in_redis(
    redis_url: str, redis_link: RedisLink, connection: Connection
) -> None:
    """The link holds no more than its buffers while a process does not read."""
    await connection.execute("SET", "large", LARGE)
    reader, writer = await asyncio.open_connection("127.0.0.1", redis_link.port, limit=1)
    writer.write(packed("AUTH", str(Address.parse(redis_url).password)))
    writer.write(packed("CLIENT", "SETNAME", "lazy") + packed("GET", "large") * 3)
    await reader.read(1)
    async with asyncio.timeout(20):
        while not any(way.is_held_back for way in redis_link.ways):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0)
    for _ in range(500):  # turns in which Redis would have sent all of it
        await connection.execute("PING")
    clients = cast("bytes", await connection.execute("CLIENT", "LIST")).splitlines()
    (lazy,) = (client for client in clients if b"name=lazy" in client)
    held_by_redis = int(lazy.partition(b"omem=")[2].split()[0])
    assert held_by_redis > len(LARGE)
    writer.close()


async def test_what_is_no_redis_command_ends_the_connection(redis_link: RedisLink) -> None:
    """Nobody waits for an answer to what the link cannot follow."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: complaints.append(context["exception"])
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", redis_link.port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    assert [type(complaint) for complaint in complaints] == [ValueError]
    writer.close()


async def test_a_cut_resets_every_connection(
    redis_link: RedisLink, far: Connection, other: Connection
) -> None:
    """The reply of what was under way is lost, on all of them."""
    answers = far.execute("BLPOP", "nothing", 2), other.execute("BLPOP", "nothing", 2)
    await _has_passed(redis_link, "BLPOP")
    redis_link.cut()
    outcomes = await asyncio.gather(*answers, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ReplyLost, ReplyLost]
    assert "reset" in str(outcomes[0]).lower()
