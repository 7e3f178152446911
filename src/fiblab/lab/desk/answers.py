"""/api/v1/lab/answers: predictions and verdicts of this machine, for who teaches."""

import csv
import io

from blacksheep import Content, Request, Response
from blacksheep.server.routing import Router
from msgspec import UNSET

from fiblab.lab.desk.gate import LabGate
from fiblab.lab.desk.journal import Journal
from fiblab.lab.desk.wire import Answer, Answers, CheckAnswer
from fiblab.server.answers import NO_STORE, json_answer
from fiblab.server.exchange import exchange_of

COLUMNS = ("when", "experiment", "seed", "choice", "right", "outcome", "checks")

_CSV = b"text/csv; charset=utf-8; header=present"
_DOWNLOAD = (b"content-disposition", b'attachment; filename="fiblab-answers.csv"')


def add_answers(router: Router, gate: LabGate, journal: Journal) -> None:
    """Add both calls."""

    @router.route("/api/v1/lab/answers.json", methods=["GET", "HEAD"])
    async def get_answers_as_json(request: Request) -> Response:
        gate.admit_to_look(exchange_of(request))
        return json_answer(exchange_of(request), Answers(_with_verdict(journal)))

    @router.route("/api/v1/lab/answers.csv", methods=["GET", "HEAD"])
    async def get_answers_as_csv(request: Request) -> Response:
        gate.admit_to_look(exchange_of(request))
        text = csv_of(_with_verdict(journal))
        return Response(200, [NO_STORE, _DOWNLOAD], Content(_CSV, text.encode()))


def _with_verdict(journal: Journal) -> list[Answer]:
    return [answer for answer in journal.answers if answer.outcome is not UNSET]


def csv_of(answers: list[Answer]) -> str:
    """Write answers as CSV (RFC 4180), a choice as the number that the page shows, from 1 on."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in answers:
        choice = "" if one.choice is UNSET else one.choice + 1
        right = "" if one.right is UNSET else ("yes" if one.right else "no")
        checks = " ".join(map(_in_words, one.checks))
        when = one.ended_at.isoformat(timespec="seconds")
        writer.writerow([when, one.experiment, one.seed, choice, right, one.outcome, checks])
    return out.getvalue()


def _in_words(check: CheckAnswer) -> str:
    words = {True: "holds", False: "broken", None: "unclear"}
    return f"{check.arm}:{check.id}={words[check.holds]}"
