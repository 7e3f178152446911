"""One log line and the metrics of every answer."""

from fiblab.observability.logs import log_frequent
from fiblab.observability.metrics import ServerMetrics
from fiblab.observability.redaction import redact_text
from fiblab.server.exchange import Exchange

#: Characters of an address that are logged: enough for every address of this API.
PATH_LIMIT = 200

#: Of a traceparent, where the trace's id is.
_TRACE_ID = slice(3, 35)


class AnswerLog:
    """Writes down each answer."""

    def __init__(self, metrics: ServerMetrics) -> None:
        self._metrics = metrics

    def write(self, exchange: Exchange, path: str, status: int, seconds: float) -> None:
        """Write one line, and count; status 0 stands for an answer that was never begun."""
        self._metrics.requests.observe(exchange.method, exchange.route, status, seconds)
        log_frequent(
            "answered",
            {
                "request_id": exchange.request_id,
                "trace_id": exchange.traceparent[_TRACE_ID],
                "method": exchange.method,
                "path": redact_text(path[:PATH_LIMIT]),
                "route": exchange.route,
                "status": status,
                "problem": exchange.problem,
                "ms": round(seconds * 1_000, 2),
                "client": exchange.client,
            },
        )
