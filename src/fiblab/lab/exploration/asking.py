"""Questions to Redis, and its answers, kept: a call upon contents is run once.

A script's answer depends on nothing else, as times are far away and nonces are given.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.contents import Contents
from fiblab.lab.exploration.real_redis import Outcome, RealRedis
from fiblab.lab.exploration.rules import Breach, check_call
from fiblab.lab.exploration.scope import Scope

Question = tuple[Contents, Call]


@dataclass(slots=True)
class Answers:
    """What Redis answered, with the breach that the call itself was, if any."""

    redis: RealRedis
    scope: Scope
    known: dict[Question, tuple[Outcome, Breach | None]] = field(default_factory=dict)

    def ask(self, questions: Iterable[Question]) -> None:
        """Have the questions answered that were not asked before."""
        new = list(dict.fromkeys(one for one in questions if one not in self.known))
        for question, outcome in zip(new, self.redis.run(new), strict=True):
            contents, call = question
            breach = next(check_call(contents, call, outcome, self.scope), None)
            self.known[question] = outcome, breach
