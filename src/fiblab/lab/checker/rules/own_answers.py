"""Invariant 13: each answer belongs to its own request."""

from fiblab.lab.checker.evidence import Evidence
from fiblab.lab.checker.history import Exchange
from fiblab.lab.checker.rules.outcomes import Outcome, outcome_of
from fiblab.lab.checker.verdict import Findings


class OwnAnswers:
    """Sees whether an answer bears its request's id, and speaks of the indices asked for."""

    def __init__(self) -> None:
        self._answers = 0

    def see(self, exchange: Exchange, findings: Findings) -> None:
        """Compare one answer with its request."""
        if not exchange.status:
            return
        self._answers += 1
        evidence = (f"exchange {exchange.number}", f"sent as {exchange.request_id}")
        if exchange.answered_id != exchange.request_id:
            if exchange.answered_id:
                what = "an answer bears the id of another request"
                findings.breach(13, what, *evidence, f"answered as {exchange.answered_id}")
            elif _is_of_the_api(exchange):
                findings.breach(13, "an answer bears no request id", *evidence)
        if _must_have_items(exchange) and not _is_what_was_asked(exchange):
            indices = [item.index for item in exchange.items]
            what = "an answer speaks of other indices than its request"
            findings.breach(
                13,
                what,
                *evidence,
                f"asked for {exchange.first} to {exchange.last}",
                f"answered {indices[:3]}, {len(indices)} in all",
            )

    def conclude(self, _evidence: Evidence, findings: Findings) -> None:
        """Tell how much was seen."""
        findings.examined(13, self._answers, "answers")


def _is_of_the_api(exchange: Exchange) -> bool:
    """Tell whether the answer came from the API, not from HTTP's own refusal of a bad request."""
    return exchange.call != "bad"


def _must_have_items(exchange: Exchange) -> bool:
    """Tell whether the answer must say how each index stands, or does so anyway."""
    accepted = outcome_of(exchange) is Outcome.ACCEPTED
    return bool(exchange.items) or (accepted and exchange.call != "bad")


def _is_what_was_asked(exchange: Exchange) -> bool:
    if len(exchange.items) != exchange.last - exchange.first + 1:
        return False
    return all(item.index == exchange.first + at for at, item in enumerate(exchange.items))
