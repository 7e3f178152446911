"""What the lab's calls can be refused with, besides what every call can be refused with."""

from http import HTTPStatus
from typing import Final

from fiblab.server.problem_type import ProblemType, reference_page

LAB_ONLY_HERE: Final = ProblemType(
    "lab-only-here",
    HTTPStatus.FORBIDDEN,
    "The lab answers only at its own machine",
    "Open the page that `./fiblab up` names, on the machine that it runs on.",
)
LAB_TOKEN: Final = ProblemType(
    "lab-token",
    HTTPStatus.FORBIDDEN,
    "This call takes the lab's token",
    "GET /api/v1/lab tells it; send it as X-Fiblab-Lab. Each start of the lab has another one.",
)
NO_SUCH_PROCESS: Final = ProblemType(
    "no-such-process",
    HTTPStatus.NOT_FOUND,
    "The lab has no process of this name",
    "GET /api/v1/lab/processes lists them.",
)
ORDER_REFUSED: Final = ProblemType(
    "order-refused",
    HTTPStatus.CONFLICT,
    "This process cannot do that now",
    "The detail says why. GET /api/v1/lab/processes tells how each process is.",
)
NO_ANSWER_YET: Final = ProblemType(
    "no-answer-yet",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "`up` has not said whether it obeyed",
    "It may have. GET /api/v1/lab/processes tells how each process is; an order may be repeated.",
    definite=False,
)
NO_SUCH_EXPERIMENT: Final = ProblemType(
    "no-such-experiment",
    HTTPStatus.NOT_FOUND,
    "There is no such experiment",
    "GET /api/v1/lab/experiments lists them.",
)
NO_SUCH_RUN: Final = ProblemType(
    "no-such-run",
    HTTPStatus.NOT_FOUND,
    "Nothing is kept of this run",
    "The detail says why. GET /api/v1/lab/runs lists what is kept.",
)
RUN_UNDER_WAY: Final = ProblemType(
    "run-under-way",
    HTTPStatus.CONFLICT,
    "Another run is under way",
    "One runs at a time, so that each has the machine to itself: wait for its end, or cancel it.",
)
NO_SUCH_SOURCE: Final = ProblemType(
    "no-such-source",
    HTTPStatus.NOT_FOUND,
    "There is no such file in the package",
    "Write a path below `fiblab`, such as queue/lua/claim.lua.",
)

TABLE: Final = (
    LAB_ONLY_HERE,
    LAB_TOKEN,
    NO_SUCH_PROCESS,
    ORDER_REFUSED,
    NO_ANSWER_YET,
    NO_SUCH_EXPERIMENT,
    NO_SUCH_RUN,
    RUN_UNDER_WAY,
    NO_SUCH_SOURCE,
)


if __name__ == "__main__":
    page = reference_page(TABLE, "Problem types of the lab", "fiblab.lab.desk.problems")
    print(page, end="")  # noqa: T201 - a generator's output is its purpose
