"""Logs as a whole: one record is one JSON line, whoever wrote it."""

import contextlib
import io
import json
import logging
import re
import threading
import warnings

import pytest
import structlog

from fiblab.observability.logs import Category, LogOutput, configure, log_context

from .log_records import Records, fail


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
