"""The whole check: one pass over what clients saw, one over the events, one over the samples."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import msgspec

from fiblab.lab.checker.evidence import Evidence
from fiblab.lab.checker.history import read_history
from fiblab.lab.checker.rules.accepted_requests import AcceptedRequests
from fiblab.lab.checker.rules.endings import Endings
from fiblab.lab.checker.rules.job_lives import JobLives
from fiblab.lab.checker.rules.job_places import check_structure
from fiblab.lab.checker.rules.lasting_keys import check_lasting_keys
from fiblab.lab.checker.rules.logs import check_logs
from fiblab.lab.checker.rules.own_answers import OwnAnswers
from fiblab.lab.checker.rules.values import RightValues
from fiblab.lab.checker.structure import Structure
from fiblab.lab.checker.verdict import Findings, Verdict


def check(evidence: Evidence) -> Verdict:
    """Assert invariants 1 to 14 over the evidence of a run that has settled.

    Reads each file once, line by line; the ledger's rows and one small record a key are held.
    Raises OSError or msgspec.DecodeError where the evidence cannot be read: no verdict then.
    """
    findings = Findings()
    _check_history(evidence, findings)
    _check_queue(evidence, findings)
    check_lasting_keys(evidence.redis, findings)
    check_logs(evidence.logs, evidence.facts.secrets, findings)
    return findings.verdict()


def _check_history(evidence: Evidence, findings: Findings) -> None:
    rules = (AcceptedRequests(), RightValues(), OwnAnswers(), Endings())
    for exchange in read_history(evidence.history):
        for rule in rules:
            rule.see(exchange, findings)
    for rule in rules:
        rule.conclude(evidence, findings)


def _check_queue(evidence: Evidence, findings: Findings) -> None:
    lives = JobLives(evidence.facts, findings)
    lives.follow(evidence.events)
    lives.check_end(evidence.redis.structure)
    looks = 0
    for structure in chain(_samples(evidence.samples), [evidence.redis.structure]):
        check_structure(structure, evidence.facts, findings)
        looks += 1
    for invariant in (4, 5, 8, 11):
        findings.examined(invariant, looks, "looks at the queue")


def _samples(path: Path) -> Iterator[Structure]:
    decoder = msgspec.json.Decoder(Structure)
    with path.open("rb") as file:
        for line in file:
            yield decoder.decode(line)
