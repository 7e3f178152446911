"""What PostgreSQL holds at the end: the ledger's rows, the counts, the kept values' sizes."""

import msgspec
import psycopg

#: Rows fetched at once: a million rows must not be held twice.
_FETCHED_ROWS = 20_000

_ROWS = """
    select request_id, index, state, coalesce(failure_category, ''),
           coalesce(failure_detail, '') <> ''
    from request_ledger"""
_COUNTS = "select index, count from request_count"
_VALUES = "select index, digit_count from fibonacci_value"


class Row(msgspec.Struct, frozen=True, gc=False):
    """One accepted request, or one index of an accepted range."""

    index: int
    state: str
    """open, done or failed."""
    category: str
    has_detail: bool


class LedgerContents(msgspec.Struct, frozen=True):
    """All of it."""

    rows: dict[str, Row]
    """By what the row is called."""
    counts: dict[int, int]
    digit_counts: dict[int, int]
    """Of the values that are kept, by index."""


def read(postgres_url: str) -> LedgerContents:
    """Read it all at one moment; raises psycopg.Error where PostgreSQL does not answer."""
    with psycopg.connect(postgres_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        rows: dict[str, Row] = {}
        states = {state: state for state in ("open", "done", "failed")}
        with connection.cursor(name="rows") as cursor:
            cursor.itersize = _FETCHED_ROWS
            for name, index, state, category, has_detail in cursor.execute(_ROWS):
                rows[name] = Row(index, states[state], category, has_detail)
        counts: dict[int, int] = dict(connection.execute(_COUNTS).fetchall())
        digit_counts: dict[int, int] = dict(connection.execute(_VALUES).fetchall())
    return LedgerContents(rows, counts, digit_counts)
