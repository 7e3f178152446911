"""The operations for who operates the server."""

from fiblab.server.openapi.elements import Element, answer


def liveness() -> Element:
    """Describe /livez."""
    return {
        "get": {
            "operationId": "getLiveness",
            "summary": "Tell that the process answers",
            "tags": ["Health"],
            "responses": {"200": answer("It does.", "Liveness")},
        }
    }


def readiness() -> Element:
    """Describe /readyz."""
    return {
        "get": {
            "operationId": "getReadiness",
            "summary": "Tell whether this server should be sent requests, and why not",
            "tags": ["Health"],
            "responses": {
                "200": answer("It should.", "Readiness"),
                "503": answer("It should not.", "Readiness", headers=("Retry-After",)),
            },
        }
    }


def metrics() -> Element:
    """Describe /metrics."""
    shown = answer("Counters, histograms and the queue's gauges.")
    return {
        "get": {
            "operationId": "getMetrics",
            "summary": "Show what Prometheus collects",
            "tags": ["Health"],
            "responses": {
                "200": {**shown, "content": {"text/plain": {"schema": {"type": "string"}}}}
            },
        }
    }
