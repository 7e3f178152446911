"""Every operation of the OpenAPI document, with data that fits it and data that does not.

schemathesis makes the requests, the same ones each time. Whatever is sent: nothing fails, the
answer is as documented, and what was refused names what was wrong and has had no effect.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import psycopg
import pytest
import redis
import schemathesis
from hypothesis import HealthCheck, settings
from pydantic import SecretStr
from schemathesis.specs.openapi.checks import positive_data_acceptance

from fiblab.config import ServerSettings
from fiblab.embedded import EmbeddedStack
from fiblab.queue import Claimant, Failure
from fiblab.server.problems import INVALID_REQUEST, TABLE

from .conftest import PATIENCE_S, RunningServer, document_of, running

Result = TypeVar("Result")
Case = schemathesis.Case[Any]

#: Small, so that nothing takes long to send or to compute.
LIMITS: dict[str, Any] = {
    "max_index": 150,
    "dense_max_index": 40,
    "light_max_index": 150,
    "range_limit": 11,
    "wait_limit_s": 0.01,
    "rate_limit_per_s": 0,
}
#: Random requests of each operation and kind of data, besides those that try every bound.
EXAMPLES = 15
#: Requests of one sequence.
STEPS = 8
#: What waits, is known and is given up when the tests begin.
WAITING, KNOWN, GIVEN_UP = range(41, 46), range(41), range(46, 49)

PROBLEMS = {f"/problems/{problem.slug}": problem for problem in TABLE}


def settings_for(redis_url: str, postgres_url: str) -> ServerSettings:
    """Give settings with the small limits."""
    redis, postgres = SecretStr(redis_url), SecretStr(postgres_url)
    return ServerSettings(redis_url=redis, postgres_url=postgres, port=0, **LIMITS)


def never_ends(context: Any) -> bool:
    """Tell whether an operation's answer is a stream of events, which has tests of its own."""
    return "text/event-stream" in json.dumps(context.operation.definition.raw)


document = document_of(settings_for("redis://", "postgres://"))
schema = schemathesis.openapi.from_dict(document).exclude(never_ends)
schema.config.generation.update(deterministic=True, max_examples=EXAMPLES)


class FuzzedServer:
    """A server in a thread of its own: schemathesis asks it as any blocking client would."""

    def __init__(self, chosen: ServerSettings) -> None:
        self._settings = chosen
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._done = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._serve()])

    async def _serve(self) -> None:
        async with running(self._settings) as self.server:
            await _fill(self.server)
            self._listening.set()
            await self._done.wait()

    def start(self) -> None:
        """Start and wait until it listens."""
        self._thread.start()
        assert self._listening.wait(PATIENCE_S)

    def stop(self) -> None:
        """Stop and wait for the end."""
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def ask(self, question: Callable[[RunningServer], Coroutine[Any, Any, Result]]) -> Result:
        """Ask about what it is made of."""
        asked = asyncio.run_coroutine_threadsafe(question(self.server), self._loop)
        return asked.result(PATIENCE_S)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.port}"


async def _fill(server: RunningServer) -> None:
    """Let there be an index in each state."""
    for index in GIVEN_UP:
        await server.client.post(f"/api/v1/fibonacci/{index}")
    for job in await server.parts.queue.claim(Claimant.fresh("test", ("light",)), len(GIVEN_UP)):
        await server.parts.queue.fail(job.lease, Failure("test", "for a test", retryable=False))
    for index in KNOWN:
        await server.store(index)
    for index in WAITING:
        await server.client.post(f"/api/v1/fibonacci/{index}")


async def _counted_and_queued(server: RunningServer) -> tuple[object, ...]:
    depth = await server.parts.queue.depth()
    rows = await server.parts.pool.fetchval("select count(*) from request_ledger")
    counts = await server.parts.pool.fetchval("select sum(count) from request_count")
    states = (sum(depth.ready.values()), depth.leased, depth.delayed, depth.dead, depth.paused)
    return rows, counts, *states


@pytest.fixture(scope="module")
def fuzzed(stack: EmbeddedStack, schema_url: str) -> Iterator[FuzzedServer]:
    """Run one server for all requests, on stores that were emptied and filled."""
    with redis.Redis.from_url(stack.redis_url) as client:
        client.flushall()
    with psycopg.connect(schema_url, autocommit=True) as connection:
        connection.execute("truncate request_ledger, request_count, fibonacci_value")
    server = FuzzedServer(settings_for(stack.redis_url, schema_url))
    server.start()
    yield server
    server.stop()


def assert_helpful(response: schemathesis.Response) -> None:
    """Hold a refusal against what it must say: what was wrong, and where."""
    answer = json.loads(response.content)
    problem = PROBLEMS[answer["type"]]
    assert answer["title"] == problem.title
    assert answer["detail"]
    assert answer["request_id"] == response.headers["x-request-id"][0]
    if problem is INVALID_REQUEST:
        assert all(error["reason"] for error in answer["errors"])
        assert answer["errors"]


def call_and_check(case: Case, server: FuzzedServer) -> schemathesis.Response:
    """Send one request; a refused one is helpful and has no effect."""
    before = server.ask(_counted_and_queued)
    response = case.call(base_url=server.url)
    assert response.status_code != 500
    if response.status_code >= 400:
        assert_helpful(response)
        assert server.ask(_counted_and_queued) == before
    return response


#: What no schema can say: a range has an order, a size and digits that are there; a key stands for
#: one request; and `5.0`, which JSON Schema takes for an integer, is none to this API.
UNSAYABLE = ("must be at least `from`", "a range holds", "must be a whole number, not a fraction")


def unsayable(response: schemathesis.Response) -> bool:
    """Tell whether data that fits the schema was refused for what the schema cannot say."""
    if response.status_code not in {416, 422}:
        return False
    answer = json.loads(response.content)
    if answer["type"] in {"/problems/idempotency-key-reused", "/problems/range-not-satisfiable"}:
        return True
    return all(error["reason"].startswith(UNSAYABLE) for error in answer["errors"])


def validate(case: Case, response: schemathesis.Response) -> None:
    """Hold an answer against the document."""
    if unsayable(response):
        case.validate_response(response, excluded_checks=[positive_data_acceptance])
    else:
        case.validate_response(response)


bounded = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)


@schema.parametrize()
@bounded
def test_every_operation(case: Case, fuzzed: FuzzedServer) -> None:
    """Each is answered as documented, with data that fits and with data that does not."""
    validate(case, call_and_check(case, fuzzed))


def test_operations_one_after_another(fuzzed: FuzzedServer) -> None:
    """Along the document's links, too, each answer is as documented."""
    followed: set[str] = set()

    class Workflow(schema.as_state_machine()):  # type: ignore[misc] # a class made at run time
        """Requests whose data come from the answers before."""

        def call(self, case: Case, **_: Any) -> schemathesis.Response:
            response = call_and_check(case, fuzzed)
            followed.add(str(case.operation.definition.raw["operationId"]))
            return response

        def validate_response(self, response: Any, case: Case, *_: Any, **__: Any) -> None:
            validate(case, response)

    Workflow.run(settings=bounded)
    assert followed >= {"requestFibonacci", "getFibonacci", "getFibonacciDigits"}
