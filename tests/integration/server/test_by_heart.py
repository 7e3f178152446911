"""Values that the process remembers: answered at once, and as if they were not."""

import pytest

from .conftest import RunningServer
from .raw_http import ask, exchange, request

ADDRESS = "/api/v1/fibonacci/90"
LAST = request("GET", "/livez", {"Connection": "close"})

#: Headers that differ from one answer to the next.
OF_ONE = {"x-request-id", "traceparent", "date"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"If-None-Match": '"json-90"'},
        {"If-None-Match": '"json-91"'},
        {"Prefer": "wait=1"},
        {"Host": "rebound.example"},
        {"X-Request-ID": "a-1"},
    ],
    ids=["plain", "known", "another tag", "wait", "foreign host", "own id"],
)
async def test_the_answer_is_that_of_a_value_that_is_not_remembered(
    server: RunningServer, headers: dict[str, str]
) -> None:
    """Status, headers and body: the first comes from Redis, the second from memory."""
    await server.store(90)
    sent = request("GET", ADDRESS, headers)
    first, second = [await ask(server.port, sent) for _ in range(2)]
    await ask(server.port, request("GET", ADDRESS))
    third = await ask(server.port, sent)
    for again in (second, third):
        assert again.status == first.status
        assert again.headers.keys() == first.headers.keys()
        assert {again.headers[name] for name in first.headers.keys() - OF_ONE} == {
            first.headers[name] for name in first.headers.keys() - OF_ONE
        }
    if first.status != 421:  # a problem has the request's id in it
        assert second.body == third.body == first.body


async def test_requests_sent_ahead_are_answered_in_their_order(server: RunningServer) -> None:
    """Remembered or not, with a body or without one."""
    await server.store(90)
    await ask(server.port, request("GET", ADDRESS))
    remembered = request("GET", ADDRESS)
    with_body = request("GET", ADDRESS, body=b"abc")
    absent = request("GET", "/api/v1/fibonacci/91")
    answers = await exchange(
        server.port, remembered, remembered, absent, with_body, remembered, LAST
    )
    assert [answer.status for answer in answers] == [200, 200, 404, 200, 200, 200]


async def test_nothing_is_done_behind_a_request_that_is_the_last(server: RunningServer) -> None:
    """What a client sends behind its `Connection: close` is no request any more."""
    await server.store(90)
    await ask(server.port, request("GET", ADDRESS))
    last = request("GET", ADDRESS, {"Connection": "close"})
    answers = await exchange(server.port, last, request("POST", "/api/v1/fibonacci/91"))
    assert [answer.status for answer in answers] == [200]
    assert await server.count(91) == 0
