"""The queue's Lua scripts take and write what their heads say, on the keys that they are given."""

import re
from enum import IntEnum
from pathlib import Path

import pytest
from tests.unit.lua_source import constants, head_and_body, listed, lua_files, section

from fiblab.queue import Enqueued, FailOutcome, Keys

from .lua_calls import READS, called, reachable_text, writes_from

SCRIPTS = lua_files("fiblab.queue")
PARTS = lua_files("fiblab.queue", "lua/parts")
KEYS_PART = next(part for part in PARTS if part.stem == "keys")

#: Arguments that `parts/keys.lua` takes for every script.
SHARED_ARGUMENTS = [1, 2]

#: How one argument, the same in every call, is read.
SINGLE_ARGUMENT = re.compile(r"(?:ARGV\[|integer\()(\d+)[\])]")

#: How a key may be named in a call: all of these come from KEYS.
KEY_NAMES = re.compile(r"key\.(\w+)|ready\[lane\]|wake\[lane\]|claim\.key|workers|hash|zset")

each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
each_file = pytest.mark.parametrize("file", [*SCRIPTS, *PARTS], ids=lambda path: path.stem)


def fixed_keys() -> list[str]:
    """Name the keys in `parts/keys.lua`, in the order of their numbers."""
    found = re.findall(r"^  (\w+) = KEYS\[(\d+)\],", KEYS_PART.read_text(), re.MULTILINE)
    assert [int(number) for _, number in found] == list(range(1, len(found) + 1))
    return [name for name, _ in found]


def each_job(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Part the arguments into single ones and those that come once for each job, id or lane."""
    starts = [at for at, words in enumerate(arguments) if words.startswith(("then ", "the "))]
    first = starts[0] if starts else len(arguments)
    return arguments[:first], arguments[first:]


def test_keys_are_those_of_keys_py_in_the_same_order() -> None:
    """`Keys.all` and `parts/keys.lua` are two lists of one thing."""
    keys = Keys(lanes=("one", "two"))
    fixed = fixed_keys()

    assert keys.all[: len(fixed)] == tuple(getattr(keys, name) for name in fixed)
    assert keys.all[len(fixed) :] == (
        keys.ready("one"),
        keys.wake("one"),
        keys.ready("two"),
        keys.wake("two"),
    )
    assert f"local key_count = {len(fixed)}\n" in KEYS_PART.read_text()


@each_script
def test_keys_in_use_are_the_keys_documented(script: Path) -> None:
    """All take the queue's keys; one more follows where the head says so."""
    head, body = head_and_body(script)
    said = listed(section(head, "KEYS"))

    assert body.startswith("--@include keys\n")
    assert said[0] == "the queue's"
    assert said[1:] in ([], ["then the worker's last claim"], ["then the workers"])
    assert re.findall(r"KEYS\[(.*?)\]", body) == ["key_count + 1"] * len(said[1:])


@each_file
def test_commands_get_their_keys_from_keys(file: Path) -> None:
    """No key is built in Lua: Redis Cluster finds a script's node by KEYS."""
    for command, key in called(file.read_text()):
        named = KEY_NAMES.fullmatch(key)
        assert named or command == "TIME", f"{command} on {key}"
        if named and named[1]:
            assert named[1] in fixed_keys()


@each_script
def test_single_arguments_in_use_are_those_documented(script: Path) -> None:
    """Each is read, by its number, and none that the head does not list."""
    head, body = head_and_body(script)
    single, _ = each_job(listed(section(head, "ARGV")))

    assert single[:2] == ["lanes", "event cap"]
    used = sorted(int(number) for number in SINGLE_ARGUMENT.findall(body))
    assert [*SHARED_ARGUMENTS, *used] == list(range(1, len(single) + 1))


@each_script
def test_repeated_arguments_begin_where_documented(script: Path) -> None:
    """Those that come once for each job follow the single ones at once, and are as many."""
    head, body = head_and_body(script)
    single, repeated = each_job(listed(section(head, "ARGV")))
    named = constants(body)

    firsts = {value for name, value in named.items() if name.startswith("FIRST_")}
    firsts |= set(re.findall(r"(?:unpack\(ARGV, |complete_some\()(\d+)\)", body))
    assert firsts == ({str(len(single) + 1)} if repeated else set())
    assert named.get("STEP", str(len(repeated))) == str(len(repeated))


@each_script
def test_events_written_are_the_events_documented(script: Path) -> None:
    """Those noted in whatever the script can reach, and an end that appends them."""
    head, body = head_and_body(script)
    documented = listed(section(head, "Events"))

    noted = re.findall(r"\bnote\('(\w+)'", reachable_text(script.stem))
    assert sorted(set(noted)) == sorted(documented)
    assert ("flush_events(" in body) == bool(documented)


@each_script
def test_script_that_changes_nothing_only_reads(script: Path) -> None:
    """What the first line promises, and what it keeps silent about, is what the commands do."""
    head, _ = head_and_body(script)
    commands = {command for command, _ in called(reachable_text(script.stem))}

    assert ("Changes nothing." in head.splitlines()[0]) == (commands <= READS)


@each_script
def test_single_arguments_are_read_before_anything_is_written(script: Path) -> None:
    """An error in Lua keeps what was written before it: a bad argument must be met earlier."""
    validating, writing = writes_from(script.stem)

    assert SINGLE_ARGUMENT.findall(writing) == []
    assert "integer(2)" in validating


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [("enqueue", Enqueued), ("fail", FailOutcome)],
    ids=["enqueue", "fail"],
)
def test_outcomes_returned_are_those_of_the_enum(name: str, outcomes: type[IntEnum]) -> None:
    """Head, body and `states.py` give each outcome the same number."""
    script = next(script for script in SCRIPTS if script.stem == name)
    head, _ = head_and_body(script)
    named = constants(reachable_text(name))

    returned = section(head, "Returns")
    for outcome in outcomes:
        assert f"{outcome.value} {outcome.name.lower()}" in returned
        assert named[outcome.name] == str(outcome.value)


@each_file
def test_include_lines_come_first(file: Path) -> None:
    """What a file needs is seen before it is used."""
    lines = file.read_text().splitlines()
    code = [at for at, line in enumerate(lines) if line and not line.startswith("--")]
    includes = [at for at, line in enumerate(lines) if line.startswith("--@include")]

    assert not includes or max(includes) < min(code)


def test_every_function_of_a_part_is_reached_by_some_script() -> None:
    """Nothing is kept that no verb uses."""
    defined = {
        name
        for part in PARTS
        for name in re.findall(r"^local function (\w+)", part.read_text(), re.MULTILINE)
    }
    reached = "\n".join(reachable_text(script.stem) for script in SCRIPTS)

    assert {name for name in defined if f"local function {name}(" not in reached} == set()
