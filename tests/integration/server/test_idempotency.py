"""Idempotency-Key misused: a key that cannot be one, or that stands for two different requests."""

import asyncio
from typing import Any

import httpx
import pytest

from .conftest import RunningServer
from .raw_http import ask, request

ADDRESS = "/api/v1/fibonacci"
KEY = {"Idempotency-Key": "k"}

#: As many at once as make a race certain.
RIVALS = 50


async def ask_one(server: RunningServer, index: int) -> httpx.Response:
    """Ask for one number with the key."""
    return await server.client.post(f"{ADDRESS}/{index}", headers=KEY)


async def ask_range(server: RunningServer, first: int, last: int) -> httpx.Response:
    """Ask for a range with the key."""
    body = {"from": first, "to": last}
    return await server.client.post(f"{ADDRESS}/ranges", json=body, headers=KEY)


def assert_reused(answer: httpx.Response) -> None:
    """Hold an answer against one that says: the key stands for something else."""
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/idempotency-key-reused"


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b" ",
        b"\t",
        b"a b",
        b"a\tb",
        b"x" * 129,
        b"x" * 65_536,
        b"a\x00b",
        b"a\x1b[2J",
        b"a\x7f",
        b"a\r\n b",
        b"a\nb",
        "ключ".encode(),
        "\N{LATIN SMALL LETTER A WITH DIAERESIS}".encode("latin-1"),
        b"\xed\xa0\x80",
        b"a\r\nIdempotency-Key: a",
        b"a\r\nidempotency-key: b",
    ],
    ids=lambda key: repr(key[:12]),
)
@pytest.mark.parametrize("call", ["one", "range"])
async def test_malformed_key(server: RunningServer, key: bytes, call: str) -> None:
    """What is no key is refused 400 by both calls, and nothing is counted or queued."""
    sent = {
        "one": request("POST", f"{ADDRESS}/5", {"Idempotency-Key": "KEY"}),
        "range": request(
            "POST",
            f"{ADDRESS}/ranges",
            {"Idempotency-Key": "KEY", "Content-Type": "application/json"},
            b'{"from":0,"to":5}',
        ),
    }[call]
    answer = await ask(server.port, sent.replace(b"KEY", key))
    assert answer.status == 400
    assert answer.problem in {"malformed-idempotency-key", "malformed-request"}
    assert await server.rows() == []
    assert await server.waiting_jobs() == 0


#: Two requests that are not the same, as first and last index; one index alone is no range.
DIFFERENT = {
    "other index": ((5,), (6,)),
    "one, then a range from it": ((5,), (5, 7)),
    "a range, then its first": ((5, 7), (5,)),
    "a range, then its last": ((5, 7), (7,)),
    "a longer range": ((5, 7), (5, 8)),
    "a shorter range": ((5, 7), (5, 6)),
    "a range with another start": ((5, 7), (4, 7)),
    "another range": ((5, 7), (15, 17)),
}


async def send(server: RunningServer, ends: tuple[int, ...]) -> httpx.Response:
    """Ask for an index or a range, with the key."""
    return await (ask_one(server, *ends) if len(ends) == 1 else ask_range(server, *ends))


@pytest.mark.parametrize(("first", "second"), DIFFERENT.values(), ids=DIFFERENT)
async def test_key_of_another_request(
    server: RunningServer, first: Any, second: tuple[int, ...]
) -> None:
    """A key stands for the request that it first came with; any other has no effect."""
    assert (await send(server, first)).status_code == 202
    rows, jobs = await server.rows(), await server.waiting_jobs()
    assert_reused(await send(server, second))
    assert (await server.rows(), await server.waiting_jobs()) == (rows, jobs)
    assert (await send(server, first)).status_code == 202
    assert await server.rows() == rows


@pytest.mark.parametrize(("first", "second"), DIFFERENT.values(), ids=DIFFERENT)
async def test_rivals_for_a_key(
    server: RunningServer, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    """Of two different requests with one key at once one is accepted, over and over the same."""
    answers = await asyncio.gather(
        *(send(server, (first, second)[turn % 2]) for turn in range(RIVALS))
    )
    accepted = {turn % 2 for turn, answer in enumerate(answers) if answer.status_code == 202}
    assert len(accepted) == 1
    for turn, answer in enumerate(answers):
        if turn % 2 not in accepted:
            assert_reused(answer)
    ends = (first, second)[accepted.pop()]
    indices = list(range(ends[0], ends[-1] + 1))
    assert sorted(index for _, index in await server.rows()) == indices
    assert [await server.count(index) for index in indices] == [1] * len(indices)


async def test_many_indices_with_one_key(server: RunningServer) -> None:
    """Of fifty indices at once with one key one is counted; repeated, all say the same."""
    answers = await asyncio.gather(*(ask_one(server, index) for index in range(RIVALS)))
    (winner,) = [index for index, answer in enumerate(answers) if answer.status_code == 202]
    again = await asyncio.gather(*(ask_one(server, index) for index in range(RIVALS)))
    for index in range(RIVALS):
        assert again[index].status_code == answers[index].status_code
        if index != winner:
            assert_reused(answers[index])
            assert_reused(again[index])
    assert await server.rows() == [("key:k", winner)]
    assert await server.count(winner) == 1


async def test_key_is_remembered_when_the_value_is_there(server: RunningServer) -> None:
    """A key still stands for its request after the work is done, for repeating and for misuse."""
    await ask_one(server, 5)
    await server.work()
    answer = await ask_one(server, 5)
    assert (answer.status_code, answer.json()["value"]) == (200, "5")
    assert_reused(await ask_one(server, 6))
    assert await server.rows() == [("key:k", 5)]
