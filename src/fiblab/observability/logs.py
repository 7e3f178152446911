"""Structured logs: one record, one line, the same fields from every service.

Log schema (JSON):

    ts          when, UTC, RFC 3339 with milliseconds: 2026-01-02T03:04:05.678Z
    level       debug | info | warning | error | critical
    service     server | worker | migrate | ...
    event       what happened, a fixed phrase: the variable parts are fields
    request_id  trace_id  job   whose work it was, where it was someone's (`log_context`)
    logger      the library that says so, where it is not one of ours
    category    what kind of error, one of `Category`
    exception   the traceback, in one string
    ...         the event's own fields

Names in the upper part are taken: an event's own fields must be called otherwise.

    log = structlog.get_logger()
    with log_context(request_id="0199..."):
        log.info("value stored", index=40, seconds=0.2)

The standard library's `logging` (uvicorn, asyncpg, asyncio), `warnings` and exceptions that nobody
caught go the same way; `extra={...}` gives fields there.
"""

import atexit
import contextlib
import enum
import functools
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextvars import ContextVar
from types import TracebackType
from typing import Literal, TextIO

import structlog

from fiblab.observability.log_buffer import LogBuffer
from fiblab.observability.log_rendering import console_renderer, render_json, traceback_text
from fiblab.observability.redaction import redact

Shape = Callable[[object, str, MutableMapping[str, object]], Mapping[str, object]]
Render = Callable[[object, str, Mapping[str, object]], str]

_context: ContextVar[Mapping[str, object]] = ContextVar("log context", default={})  # noqa: B039 - never written to


class Category(enum.StrEnum):
    """The kinds of error, by who must act: `category=Category.DEPENDENCY`."""

    INPUT = "input"  # the caller: what was asked for is wrong
    OVERLOAD = "overload"  # nobody, or whoever sets the bounds: more was asked than can be served
    DEPENDENCY = "dependency"  # the operator: Redis or PostgreSQL is away, full or slow
    TIMEOUT = "timeout"  # the operator: a deadline passed, the outcome may be unknown
    CORRUPTION = "corruption"  # the operator: what was stored is not what was written
    POISON = "poison"  # the developer: a job ends its worker
    BUG = "bug"  # the developer: this was thought impossible


@contextlib.contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Add these fields to every record of this task, and of those it starts, until the end."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def _write_nothing(_event: str, _fields: Mapping[str, object]) -> None:
    """Stand for logs that are not configured, or want no event of level info."""


class _Frequent:
    """Where frequent events go now; `configure` sets it."""

    write: Callable[[str, Mapping[str, object]], None] = staticmethod(_write_nothing)


_frequent = _Frequent()


def log_frequent(event: str, fields: Mapping[str, object]) -> None:
    """Log what happens with each request, at level info, at a third of what a logger costs.

    Nothing is added from the context, and nobody searches the fields: they must hold no secret.
    """
    _frequent.write(event, fields)


class LogOutput:
    """The configured logs: `flush` before a risk, `close` to take the configuration back.

    Neither waits longer than two seconds for a stream that takes nothing.
    """

    def __init__(self, buffer: LogBuffer, level: int) -> None:
        self._buffer = buffer
        self._log = structlog.get_logger()
        self._bridge = _Bridge(self._log)
        self._excepthook = sys.excepthook
        sys.excepthook = self._uncaught
        logging.captureWarnings(capture=True)
        root = logging.getLogger()
        self._level_before = root.level
        root.addHandler(self._bridge)
        root.setLevel(level)
        atexit.register(self.close)

    @property
    def dropped(self) -> int:
        """How many lines were lost because the stream was too slow for them."""
        return self._buffer.dropped

    def flush(self) -> None:
        """Write what waits."""
        self._buffer.flush()

    def close(self) -> None:
        """Write what waits; what is logged from now on is written at once, by structlog only."""
        atexit.unregister(self.close)
        root = logging.getLogger()
        root.removeHandler(self._bridge)
        root.setLevel(self._level_before)
        logging.captureWarnings(capture=False)
        sys.excepthook = self._excepthook
        self._buffer.close()
        _frequent.write = _write_nothing

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._excepthook(kind, error, trace)
        else:
            self._log.critical("uncaught exception", category=Category.BUG, exc_info=error)


def configure(
    service: str,
    level: str = "info",
    format: Literal["json", "console"] = "json",  # noqa: A002 - the setting's own name
    stream: TextIO | None = None,
) -> LogOutput:
    """Send all logs of this process to `stream` (standard output by default), buffered.

    Lines leave within 0.1 s, sooner from level error on, and when the process exits, be it by
    `sys.exit` or an exception. SIGTERM without a handler, and SIGKILL, lose that last 0.1 s.
    Logging never waits for the stream: see `LogBuffer`. Raises ValueError for an unknown level.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"unknown log level {level!r}: use debug, info, warning, error, critical")
    stream = sys.stdout if stream is None else stream
    shape = _record_shaper(service)
    render = _renderer(
        render_json if format == "json" else console_renderer(colour=stream.isatty())
    )

    def tell_dropped(lines: int) -> str:
        event = {"event": "log lines dropped", "category": Category.OVERLOAD, "lines": lines}
        return render(None, "warning", shape(None, "warning", event))

    def write_frequent(event: str, fields: Mapping[str, object]) -> None:
        head = {"ts": timestamp(time.time()), "level": "info", "service": service, "event": event}
        buffer.add(render(None, "info", {**head, **fields}))

    buffer = LogBuffer(stream, tell_dropped)
    _frequent.write = write_frequent if number <= logging.INFO else _write_nothing
    structlog.configure(
        processors=[shape, render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Lines(buffer),
        cache_logger_on_first_use=True,
    )
    return LogOutput(buffer, number)


def _record_shaper(service: str) -> Shape:
    """Put the fields of every record in front; those that follow are searched for secrets."""

    def shape(
        _logger: object, method: str, event: MutableMapping[str, object]
    ) -> Mapping[str, object]:
        error = event.pop("exc_info", None)
        fields = {"event": event.pop("event"), **_context.get(), **event}
        if error:
            fields["exception"] = _traceback_of(error)
        return {"ts": timestamp(time.time()), "level": method, "service": service, **redact(fields)}

    return shape


def timestamp(seconds: float) -> str:
    """Write a moment, in seconds since 1970, as RFC 3339 in UTC with milliseconds."""
    whole = int(seconds)
    return f"{_date_and_time(whole)}.{int((seconds - whole) * 1_000):03d}Z"


@functools.lru_cache(maxsize=2)
def _date_and_time(second: int) -> str:
    """Write a second, once for all lines of it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def _renderer(render: Callable[[Mapping[str, object]], str]) -> Render:
    return lambda _logger, _method, record: render(record)


def _traceback_of(exc_info: object) -> str:
    """Understand what `exc_info=` may be: True, an exception, or the triple of sys.exc_info()."""
    if isinstance(exc_info, tuple):
        exc_info = exc_info[1]
    error = exc_info if isinstance(exc_info, BaseException) else sys.exception()
    return "" if error is None else traceback_text(error)


class _Lines:
    """What structlog calls with each rendered line, by level: from error on nothing waits."""

    def __init__(self, buffer: LogBuffer) -> None:
        self.debug = self.info = self.warning = buffer.add
        self.error = self.critical = buffer.add_now


class _Bridge(logging.Handler):
    """Hands the standard library's records to structlog."""

    #: What every LogRecord has; the rest came by `extra`.
    _OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

    def __init__(self, log: structlog.typing.FilteringBoundLogger) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Log it with its logger's name, its extra fields and its exception."""
        try:
            extra = {name: value for name, value in vars(record).items() if name not in self._OWN}
            event, error = record.getMessage(), record.exc_info or None
            self._log.log(record.levelno, event, logger=record.name, exc_info=error, **extra)
        except Exception:  # noqa: BLE001 - as every Handler: a bad log call must not stop its caller
            self.handleError(record)
