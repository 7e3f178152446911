"""Whatever is logged, it shows no secret, breaks no line and commands no terminal."""

import io
import json
import logging
import unicodedata
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from fiblab.observability.logs import configure, log_context

from .log_records import Records, fail

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
    "mark of direction": "a\u200fb\u061cc\ufeffd",
    "lone surrogate": "a\ud800b",
    "quotes": 'a","level":"critical","x":"',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("format_", ["json", "console"])
def test_a_hostile_text_neither_breaks_a_line_nor_reaches_the_terminal(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, text: str, format_: Any
) -> None:
    """As an event, as a value or as a name, for machines and for people."""
    # pytest's own handlers off: no report can carry a lone surrogate to the process that prints it.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
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
