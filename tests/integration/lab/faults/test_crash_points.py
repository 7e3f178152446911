"""The table of crash points holds every script and every statement that writes."""

import re

from fiblab.lab.faults.crash_points import ON_NO_PATH, SCRIPTS, STATEMENTS, crash_points
from fiblab.lab.faults.framing import Moment
from fiblab.lab.faults.postgres_link import statement_name
from fiblab.lab.faults.redis_link import SCRIPT_PACKAGES, scripts_of
from fiblab.storage import ledger, open_requests, postgres_values

#: What a process sends by other means than a script or a statement of its own.
OTHER_WAYS = {"SET", "commit"}

WRITES = re.compile(r"\b(insert into|update \w+ set|delete from)\b", re.IGNORECASE)


def test_every_script_is_a_crash_point_or_on_no_path() -> None:
    """A new Lua file must take its place: in a process's list, or among the exceptions."""
    scripts = {name for package in SCRIPT_PACKAGES for name in scripts_of(package)}
    listed = {name for names in SCRIPTS.values() for name in names} - OTHER_WAYS
    assert scripts - listed - ON_NO_PATH.keys() == set()
    assert listed - scripts == set()


def test_every_statement_that_writes_is_a_crash_point_or_on_no_path() -> None:
    """A new statement must take its place, too, under the name that a link gives it."""
    written = {
        statement_name(sql)
        for module in (ledger, open_requests, postgres_values)
        for sql in vars(module).values()
        if isinstance(sql, str) and WRITES.search(sql)
    }
    listed = {name for names in STATEMENTS.values() for name in names} - OTHER_WAYS
    assert written - listed - ON_NO_PATH.keys() == set()
    assert listed - written == set()


def test_an_exception_is_no_point_and_does_exist() -> None:
    """What is on no path is in no list, and is no name of something that has gone."""
    listed = {name for table in (SCRIPTS, STATEMENTS) for names in table.values() for name in names}
    assert not listed & ON_NO_PATH.keys()
    scripts = {name for package in SCRIPT_PACKAGES for name in scripts_of(package)}
    statements = {statement_name(postgres_values.DROP_CORRUPT)}
    assert ON_NO_PATH.keys() - scripts - statements == set()


def test_each_point_comes_before_and_after() -> None:
    """No name twice, and both moments of each."""
    points = crash_points()
    assert len(set(map(str, points))) == len(points)
    before = [point for point in points if point.moment is Moment.BEFORE]
    assert len(points) == 2 * len(before)
