"""Logs as a whole: one record is one JSON line, whoever wrote it and whatever is in it."""

import contextlib
import io
import json
import logging
import re
import subprocess
import sys
import threading
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from fiblab.observability.logs import Category, LogOutput, configure, log_context

Records = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _no_configuration_left() -> Iterator[None]:
    """Leave structlog as it was."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    """Take what is written."""
    return io.StringIO()


@pytest.fixture
def output(stream: io.StringIO) -> Iterator[LogOutput]:
    """Log everything as JSON."""
    output = configure("server", "debug", "json", stream)
    yield output
    output.close()


@pytest.fixture
def records(output: LogOutput, stream: io.StringIO) -> Records:
    """Read what was logged so far, each line as JSON."""

    def read() -> list[dict[str, Any]]:
        output.flush()
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    return read


def fail(error: Exception) -> None:
    """Raise it."""
    raise error


def test_a_record_has_the_fields_of_every_record_and_its_own(records: Records) -> None:
    """In the order of the schema, the time in UTC with milliseconds."""
    structlog.get_logger().info("value stored", index=40, seconds=0.25)

    (record,) = records()
    assert list(record) == ["ts", "level", "service", "event", "index", "seconds"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("ts"))
    assert record == {
        "level": "info",
        "service": "server",
        "event": "value stored",
        "index": 40,
        "seconds": 0.25,
    }


@pytest.mark.parametrize(
    ("level", "written"),
    [
        ("debug", ["debug", "info", "warning", "error", "critical"]),
        ("info", ["info", "warning", "error", "critical"]),
        ("WARNING", ["warning", "error", "critical"]),
        ("error", ["error", "critical"]),
    ],
)
def test_records_below_the_level_are_not_written(
    stream: io.StringIO, level: str, written: list[str]
) -> None:
    """Neither ours nor the standard library's."""
    output = configure("server", level, "json", stream)
    for method in ("debug", "info", "warning", "error", "critical"):
        getattr(structlog.get_logger(), method)("ours")
        getattr(logging.getLogger("theirs"), method)("theirs")
    output.close()

    records = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [record["level"] for record in records if record["event"] == "ours"] == written
    assert [record["level"] for record in records if record["event"] == "theirs"] == written


def test_an_unknown_level_is_refused_with_those_there_are(stream: io.StringIO) -> None:
    """Before anything is changed."""
    with pytest.raises(ValueError, match="'loud': use debug, info, warning, error, critical"):
        configure("server", "loud", "json", stream)


def test_the_context_is_in_every_record_of_its_block(records: Records) -> None:
    """Inner blocks add to it, and each ends with its block, an error or not."""
    log = structlog.get_logger()
    with log_context(request_id="r1", trace_id="t1"):
        log.info("outer")
        with contextlib.suppress(KeyError), log_context(job="40"):
            log.info("inner")
            fail(KeyError("inner"))
        logging.getLogger("library").info("after")
    log.info("outside")

    seen = [(r["event"], r.get("request_id"), r.get("trace_id"), r.get("job")) for r in records()]
    assert seen == [
        ("outer", "r1", "t1", None),
        ("inner", "r1", "t1", "40"),
        ("after", "r1", "t1", None),
        ("outside", None, None, None),
    ]


def test_the_context_of_one_thread_is_not_another_s(records: Records) -> None:
    """Nor that of one task: both have their own context variables."""
    with log_context(request_id="r1"):
        other = threading.Thread(target=structlog.get_logger().info, args=["elsewhere"])
        other.start()
        other.join()

    assert "request_id" not in records()[0]


def test_an_exception_is_one_line_with_its_whole_traceback(records: Records) -> None:
    """Its causes too, and its message however many lines it has."""
    error = ValueError("two\nlines")
    error.__cause__ = KeyError("inner")
    try:
        fail(error)
    except ValueError:
        structlog.get_logger().exception("failed", category=Category.BUG)

    (record,) = records()
    assert (record["level"], record["category"]) == ("error", "bug")
    assert "KeyError: 'inner'" in record["exception"]
    assert record["exception"].endswith("ValueError: two\nlines")


def test_the_standard_library_s_logging_goes_the_same_way(records: Records) -> None:
    """With its arguments filled in, its logger's name, its extra fields and its exception."""
    logging.getLogger("asyncpg.pool").warning("%d of %d", 1, 4, extra={"size": 4})
    try:
        fail(OSError("gone"))
    except OSError:
        logging.getLogger("asyncio").exception("broken")

    first, second = records()
    assert (first["event"], first["logger"], first["size"]) == ("1 of 4", "asyncpg.pool", 4)
    assert first["level"] == "warning"
    assert second["exception"].endswith("OSError: gone")


def test_warnings_are_logged(output: LogOutput, records: Records) -> None:
    """They would be lines of another form on standard error."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old usage", DeprecationWarning, stacklevel=1)

    assert output.dropped == 0
    (record,) = records()
    assert record["logger"] == "py.warnings"
    assert "old usage" in record["event"]


SECRET = "hunter2"  # noqa: S105 - what must not be seen


@pytest.mark.usefixtures("output")
def test_no_secret_leaves_by_any_way(records: Records, stream: io.StringIO) -> None:
    """Field, text, exception, context, extra or the standard library's arguments."""
    log, url = structlog.get_logger(), f"redis://app:{SECRET}@db:6379/0"
    event = f"connecting to {url}"
    with log_context(session_token=SECRET):
        log.info(event, url=url, password=SECRET, headers={"Cookie": SECRET})
    log.warning("refused", error=ConnectionError(f"cannot reach {url}"))
    logging.getLogger("library").warning("at %s", url, extra={"api_key": SECRET})
    try:
        fail(ConnectionError(f"Authorization: Bearer {SECRET}"))
    except ConnectionError:
        log.exception("failed")

    assert len(records()) == 4
    assert SECRET not in stream.getvalue()
    assert stream.getvalue().count("[redacted]") >= 8


HOSTILE = {
    "line end": "a\n2026-01-01 INFO forged",
    "carriage return": "a\rforged",
    "escape": "a\x1b[2J\x1b]0;title\x07",
    "C1 control": "a\x9b31m",
    "nul": "a\x00b",
    "line separator": "a\u2028b\u2029c\x85d\x0be\x0cf",
    "right to left": "a\u202eb\u2066c",
    "lone surrogate": "a\ud800b",
    "quotes": 'a","level":"critical","x":"',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("format_", ["json", "console"])
def test_a_hostile_text_neither_breaks_a_line_nor_reaches_the_terminal(
    stream: io.StringIO, text: str, format_: Any
) -> None:
    """As an event, as a value or as a name, for machines and for people."""
    output = configure("server", "info", format_, stream)
    structlog.get_logger().info(text, path=text, **{text: 1})
    logging.getLogger("library").info("%s", text)
    output.close()

    written = stream.getvalue()
    assert written.count("\n") == len(written.splitlines()) == 2
    assert written.replace("\n", "").isprintable()


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(fields=st.dictionaries(st.text(), json_like, max_size=4))
def test_whatever_is_logged_is_one_line_of_json(fields: dict[str, object]) -> None:
    """Also what JSON has no form for."""
    stream = io.StringIO()
    output = configure("server", "info", "json", stream)
    structlog.get_logger().info("event", fields=fields)
    output.close()

    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "event"
    assert {"Cc", "Cs", "Zl", "Zp"}.isdisjoint(map(unicodedata.category, line))


class Unspeakable:
    """An object that cannot even say what it is."""

    def __repr__(self) -> str:
        """Fail."""
        raise RuntimeError("no words")


def test_what_cannot_be_written_costs_no_record(records: Records) -> None:
    """A failing repr, an integer of many digits, an endless nesting."""
    endless: list[object] = []
    endless.append(endless)

    structlog.get_logger().info("odd", a=Unspeakable(), b=10**5_000, c=endless, d=2**64)

    (record,) = records()
    assert record["event"] == "odd"
    assert record["a"] == "<Unspeakable without repr>"
    assert "too deep" in str(record["c"])


def test_the_console_is_for_people(stream: io.StringIO) -> None:
    """Time, level, event, fields; a traceback in lines of its own, indented."""
    output = configure("server", "info", "console", stream)
    structlog.get_logger().info("value stored", index=40)
    try:
        fail(ValueError("wrong"))
    except ValueError:
        structlog.get_logger().exception("failed")
    output.close()

    first, second, *trace = stream.getvalue().splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} info +value stored index=40", first)
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} error +failed", second)
    assert trace[0].startswith("    Traceback")
    assert trace[-1] == "    ValueError: wrong"


def test_after_the_end_records_are_written_at_once(output: LogOutput, stream: io.StringIO) -> None:
    """By structlog; the standard library's logging is as it was before."""
    output.close()

    structlog.get_logger().info("late")
    logging.getLogger("library").error("not ours any more")

    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "late"


def run(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own."""
    setup = "import structlog; from fiblab.observability.logs import configure; "
    setup += "output = configure('server'); log = structlog.get_logger(); "
    return subprocess.run(
        [sys.executable, "-c", setup + code],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        **options,
    )


def test_an_exception_that_nobody_caught_is_a_record() -> None:
    """And what was logged just before is written too."""
    ended = run("log.info('before'); raise ValueError('nobody caught me')")

    before, uncaught = map(json.loads, ended.stdout.splitlines())
    assert before["event"] == "before"
    assert (uncaught["event"], uncaught["category"]) == ("uncaught exception", "bug")
    assert uncaught["exception"].endswith("ValueError: nobody caught me")
    assert (ended.returncode, ended.stderr) == (1, "")


def test_a_locale_without_unicode_loses_no_record() -> None:
    """The log is UTF-8 wherever it runs."""
    ended = run("log.info('\\u03c6')", env={"LC_ALL": "C", "PYTHONUTF8": "0"}, encoding="utf-8")

    assert json.loads(ended.stdout)["event"] == "\N{GREEK SMALL LETTER PHI}"


def test_a_log_that_nobody_reads_stops_nobody() -> None:
    """The process goes on, ends by itself, and knows how much was lost."""
    code = (
        "import structlog, sys; from fiblab.observability.logs import configure; "
        "output = configure('server'); log = structlog.get_logger();\n"
        "for n in range(40_000): log.error('unread', n=n)\n"
        "print(output.dropped > 0, file=sys.stderr)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == "True\n"
        assert process.stdout is not None
        first = process.stdout.readline()
    assert json.loads(first)["n"] == 0


def test_a_log_whose_reader_is_gone_stops_nobody() -> None:
    """A closed pipe costs the lines, and nothing else."""
    code = (
        "import structlog, sys; from fiblab.observability.logs import configure; "
        "sys.stdin.read(); output = configure('server'); log = structlog.get_logger()\n"
        "for n in range(3): log.error('unread'); output.flush()\n"
        "print('alive', file=sys.stderr)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == "alive\n"
