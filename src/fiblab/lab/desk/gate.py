"""Who may use the lab: whoever sits at its machine; to break something, whoever shows its token.

The token is told by GET /api/v1/lab, to the page and to any program of this machine. It is no
secret from those: it stops what can send requests here but read no answers, which is every page of
another origin, and whatever kept an address from an earlier start (docs/decisions/0018).
"""

import hmac
import secrets

from fiblab.lab.desk.problems import LAB_ONLY_HERE, LAB_TOKEN
from fiblab.server.exchange import Exchange
from fiblab.server.operator_gate import OperatorGate
from fiblab.server.problems import Refusal

#: No form and no simple request of another origin can carry a header of this name.
TOKEN_HEADER = b"x-fiblab-lab"


class LabGate:
    """Lets the lab's calls pass; one for each start of the desk, which draws the token."""

    def __init__(self, listens_on: str) -> None:
        self._machine = OperatorGate("", listens_on)
        self.token = secrets.token_urlsafe()

    def admit_to_look(self, exchange: Exchange) -> None:
        """Return where the caller sits at this machine; raises Refusal."""
        if reason := self._machine.elsewhere(exchange):
            raise Refusal(LAB_ONLY_HERE, f"{reason} {LAB_ONLY_HERE.advice}")

    def admit_to_change(self, exchange: Exchange) -> None:
        """Return where the caller shows the token besides; raises Refusal, definite."""
        self.admit_to_look(exchange)
        shown = exchange.headers.get(TOKEN_HEADER, b"")
        # The time that this takes tells nothing of how much of the token was right.
        if not hmac.compare_digest(shown, self.token.encode()):
            raise Refusal(LAB_TOKEN, LAB_TOKEN.advice)
