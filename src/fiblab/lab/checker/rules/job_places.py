"""Invariants 4, 5, 8 and 11 in one look at the queue: where each job is, and how many there are."""

from collections import Counter
from collections.abc import Iterable

from fiblab.lab.checker.facts import RunFacts
from fiblab.lab.checker.structure import Structure
from fiblab.lab.checker.verdict import Findings


def check_structure(structure: Structure, facts: RunFacts, findings: Findings) -> None:
    """Check what must hold at any moment."""
    when = f"seen at {structure.taken_at:.3f} by Redis's clock"
    if structure.job_count > facts.queue_bound:
        counts = (f"{structure.job_count} jobs", f"bound {facts.queue_bound}")
        findings.breach(8, "the queue holds more jobs than its bound", *counts, when)
    if structure.dead_count > facts.dead_letter_cap:
        counts = (f"{structure.dead_count} dead letters", f"cap {facts.dead_letter_cap}")
        findings.breach(11, "there are more dead letters than their cap", *counts, when)
    if structure.listed:
        _each_in_one_place(structure, findings, when)
        _leases_and_nonces(structure, findings, when)
        _dead_letters(structure, findings, when)


def _each_in_one_place(structure: Structure, findings: Findings, when: str) -> None:
    standing = (*structure.ready, *structure.leased, *structure.delayed)
    places, jobs = Counter(standing), set(structure.jobs)
    _each(4, "a job stands in two places", (j for j, n in places.items() if n > 1), findings, when)
    lost = jobs - places.keys()
    _each(4, "a job has a record and stands in no place", lost, findings, when)
    _each(4, "a job stands in a place and has no record", places.keys() - jobs, findings, when)
    attempted = set(structure.attempted) - jobs
    _each(4, "attempts are counted of a job that has no record", attempted, findings, when)
    progressing = set(structure.progressing) - set(structure.leased)
    _each(4, "progress is kept of a job that nobody works on", progressing, findings, when)


def _leases_and_nonces(structure: Structure, findings: Findings, when: str) -> None:
    leased, nonces = set(structure.leased), set(structure.nonces)
    _each(5, "a job is leased and no nonce says to whom", leased - nonces, findings, when)
    _each(5, "a nonce is live for a job that is not leased", nonces - leased, findings, when)


def _dead_letters(structure: Structure, findings: Findings, when: str) -> None:
    dead = set(structure.dead)
    _each(4, "a dead letter is in the queue, too", dead & set(structure.jobs), findings, when)
    _each(3, "a dead letter has no reason", dead - set(structure.reasons), findings, when)
    _each(4, "a reason has no dead letter", set(structure.reasons) - dead, findings, when)
    times = dead ^ set(structure.died)
    _each(4, "dead letters and their times disagree", times, findings, when)


def _each(invariant: int, what: str, jobs: Iterable[str], findings: Findings, when: str) -> None:
    for job in sorted(jobs):
        findings.breach(invariant, what, f"job {job}", when)
