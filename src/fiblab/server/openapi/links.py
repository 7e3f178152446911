"""Which call an answer leads to, as OpenAPI links: for readers, and for tests that follow them."""

from dataclasses import dataclass

from fiblab.server.openapi.elements import Element

_SAME_INDEX = {"index": "$response.body#/index"}
_FIRST_OF_LIST = {"index": "$response.body#/items/0/index"}
_SAME_RANGE = {"from": "$request.body#/from", "to": "$request.body#/to"}


@dataclass(frozen=True, slots=True)
class _Lead:
    """From one operation's answers to another operation, and where its parameters come from."""

    source: str
    statuses: tuple[str, ...]
    target: str
    parameters: dict[str, str]


_LEADS = (
    _Lead("requestFibonacci", ("200", "202"), "getFibonacci", _SAME_INDEX),
    _Lead("requestFibonacci", ("200", "202"), "getFibonacciDigits", _SAME_INDEX),
    _Lead("requestFibonacciRange", ("200", "202"), "getFibonacciRange", _SAME_RANGE),
    _Lead("getMostRequested", ("200",), "getFibonacci", _FIRST_OF_LIST),
    _Lead("getJobs", ("200",), "getJob", _FIRST_OF_LIST),
    _Lead("requestFibonacci", ("202",), "getJob", _SAME_INDEX),
    _Lead("getDeadLetters", ("200",), "requeueDeadLetter", _FIRST_OF_LIST),
    _Lead("getDeadLetters", ("200",), "discardDeadLetter", _FIRST_OF_LIST),
    _Lead("requeueDeadLetter", ("200",), "getFibonacci", {"index": "$request.path.index"}),
    _Lead("discardDeadLetter", ("200",), "requestFibonacci", {"index": "$request.path.index"}),
)


def add_links(paths: Element) -> None:
    """Add to each answer the calls that it leads to."""
    operations = {
        operation["operationId"]: operation
        for item in paths.values()
        for method, operation in item.items()
        if method != "parameters"
    }
    for lead in _LEADS:
        for status in lead.statuses:
            links = operations[lead.source]["responses"][status].setdefault("links", {})
            links[lead.target] = {"operationId": lead.target, "parameters": lead.parameters}
