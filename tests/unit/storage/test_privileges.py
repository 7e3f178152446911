"""The lists of what services may do, held against what their code does, and the page of them."""

import re
from pathlib import Path

import pytest

from fiblab.redis import load_script
from fiblab.storage.access.page import reference_page
from fiblab.storage.access.privileges import COMMANDS, Service

ROOT = Path(__file__).parents[3]

REPAIRS = [("storage", name) for name in ("drop_value", "drop_dense_value")]

#: Every script that a service runs.
SCRIPTS = {
    Service.SERVER: [
        *[("server", name) for name in ("admit", "look_up")],
        *[("queue", n) for n in ("depth", "dead_letters", "requeue", "discard", "enqueue")],
        *[("queue", name) for name in ("jobs", "describe", "workers")],
        *REPAIRS,
    ],
    Service.WORKER: [
        *[("queue", name) for name in ("complete_and_claim", "complete", "fail", "heartbeat")],
        *[("queue", name) for name in ("release", "status", "enqueue", "present")],
        *[("storage", name) for name in ("extend_dense", "read_dense", "repair_dense")],
        *REPAIRS,
    ],
}

LOGIN_AND_SCRIPTS = {"ping", "select", "info", "eval", "evalsha"}
VALUES = {"get", "hget", "set"}

#: What a service sends outside of scripts.
SENT = {
    Service.SERVER: LOGIN_AND_SCRIPTS | VALUES | {"del", "xrange", "xread", "xrevrange"},
    Service.WORKER: LOGIN_AND_SCRIPTS
    | VALUES
    | {"exists", "hexists", "hmget", "blpop", "client|id", "client|unblock"},
}


@pytest.mark.parametrize("service", Service)
def test_commands_are_those_of_scripts_and_code(service: Service) -> None:
    """No more, and no less: a new command in a script needs its place on the list."""
    sources = [load_script(f"fiblab.{owner}", name).source for owner, name in SCRIPTS[service]]
    called = {
        verb.lower()
        for text in sources
        for verb in re.findall(r"(?:redis\.p?call|write_all)\(\s*['\"](\w+)", text)
    }
    assert set(COMMANDS[service]) == called | SENT[service]
    assert len(COMMANDS[service]) == len(set(COMMANDS[service]))


def test_the_reference_page_is_up_to_date() -> None:
    """docs/reference/access.md is what `python -m fiblab.storage.access.page` prints."""
    assert (ROOT / "docs/reference/access.md").read_text() == reference_page().rstrip() + "\n"
