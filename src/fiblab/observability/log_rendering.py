"""One log record as one line: JSON for machines, or columns for a terminal."""

import json
import traceback
from collections.abc import Callable, Mapping

import orjson

#: ANSI colours by level, for a terminal.
_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "31;1"}


def render_json(record: Mapping[str, object]) -> str:
    """Write a JSON object without any control character, whatever the record holds.

    What JSON has no form for becomes its `repr`; should anything be out of orjson's range (integers
    above 64 bits, lone surrogates), every value of this record becomes text.
    """
    try:
        line = orjson.dumps(record, default=as_text).decode()
    except TypeError:
        line = json.dumps({name: as_text(value) for name, value in record.items()})
    return line if line.isprintable() else escape(line)


def console_renderer(*, colour: bool) -> Callable[[Mapping[str, object]], str]:
    """Make a renderer for people: time, level, event, then `name=value`; tracebacks below."""

    def render(record: Mapping[str, object]) -> str:
        fields = dict(record)
        time = str(fields.pop("ts"))[11:23]
        level, event = str(fields.pop("level")), as_text(fields.pop("event"))
        trace = str(fields.pop("exception", ""))
        fields.pop("service", None)
        if colour:
            level = f"\x1b[{_COLOURS.get(level, '0')}m{level:<8}\x1b[0m"
        pairs = (f"{name}={as_text(value)}" for name, value in fields.items())
        head = f"{time} {level:<8} {escape(' '.join((event, *pairs)))}"
        return "\n    ".join([head, *map(escape, trace.splitlines())])

    return render


def escape(text: str) -> str:
    r"""Replace what is not printable by JSON's escapes: a line end by `\n`, ESC by `\u001b`.

    That is whatever a terminal or a line reader might take for an instruction: controls,
    separators, marks of direction, lone surrogates. Space is the only white space that stays.
    """
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in text)


def traceback_text(error: BaseException) -> str:
    """Write an exception with its causes, as Python prints it."""
    return "".join(traceback.format_exception(error)).rstrip()


def as_text(value: object) -> str:
    """Return a text as it is, and of anything else its `repr`, which never fails."""
    if isinstance(value, str):
        return value
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a foreign __repr__ may raise anything, also for huge integers
        return f"<{type(value).__name__} without repr>"
