"""A sweeper that is killed or frozen amid its sweep: another sweeps what is owed."""

from collections.abc import Iterator

import psycopg
import pytest

from .service_process import ServiceProcess
from .system import System

pytestmark = [pytest.mark.chaos]

#: Holds up a sweep; is owed after that; is owed last.
FIRST, SECOND, THIRD = 40, 41, 42

OWE = """
    insert into request_ledger (request_id, index, accepted_at)
    values ('request-' || %(index)s, %(index)s, now() - interval '1 minute')"""

HOLD_ROW = "select from request_ledger where index = %s for update"

IS_DONE = "select state = 'done' from request_ledger where index = %s"

SOMEBODY_IS_SOLE_SWEEPER = """
    select exists (select from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database()))"""

SOMEBODY_WAITS_FOR_A_ROW = """
    select exists (select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock')"""


class Ledger:
    """What is owed, written and read as the test likes."""

    def __init__(self, database: psycopg.Connection) -> None:
        self._database = database

    def owe(self, index: int) -> None:
        """Record an accepted request that Redis knows nothing of."""
        self._database.execute(OWE, {"index": index})

    def says(self, question: str, *values: object) -> bool:
        """Ask something that is so or not."""
        answer = self._database.execute(question.encode(), values).fetchone()
        return answer is not None and bool(answer[0])

    def until(self, question: str, *values: object) -> None:
        """Wait until something is so."""
        while not self.says(question, *values):
            pass


@pytest.fixture
def ledger(migrated_url: str) -> Iterator[Ledger]:
    """Look into the system's ledger."""
    with psycopg.connect(migrated_url, autocommit=True) as database:
        yield Ledger(database)


@pytest.fixture
def frozen_sweeper(system: System, ledger: Ledger) -> ServiceProcess:
    """Start a worker and freeze it while it sweeps: it waits for a row that the test holds."""
    worker = system.start("worker")
    ledger.owe(FIRST)
    with psycopg.connect(system.urls["postgres_url"]) as holder:
        holder.execute(HOLD_ROW, [FIRST])
        while True:
            ledger.until(SOMEBODY_WAITS_FOR_A_ROW)
            worker.freeze()
            if ledger.says(SOMEBODY_IS_SOLE_SWEEPER):
                break
            worker.thaw()  # its patience with the row ended just then: it comes again
    return worker


def test_frozen_sweeper_loses_its_role(
    frozen_sweeper: ServiceProcess, system: System, ledger: Ledger
) -> None:
    """Another sweeps although the first one never ended; thawed it goes on as a worker like any."""
    other = system.start("worker")
    ledger.owe(SECOND)
    ledger.until(IS_DONE, SECOND)
    frozen_sweeper.thaw()
    other.kill()
    ledger.owe(THIRD)
    ledger.until(IS_DONE, THIRD)
    assert {state for _, state in system.rows().values()} == {"done"}


def test_killed_sweeper_loses_its_role(
    frozen_sweeper: ServiceProcess, system: System, ledger: Ledger
) -> None:
    """Another sweeps what the first one has left, and what came later."""
    frozen_sweeper.kill()
    system.start("worker")
    ledger.owe(SECOND)
    ledger.until(IS_DONE, FIRST)
    ledger.until(IS_DONE, SECOND)
