"""What a queue must show if the model is right."""

from fiblab.queue import DeadLetter, Depth, Failure, JobState, JobStatus

from .contents import Contents
from .model import QueueModel


def expected_contents(model: QueueModel) -> Contents:
    """Tell what Redis must hold."""
    leased, delayed = model.in_state(JobState.LEASED), model.in_state(JobState.DELAYED)
    shares = {identity: job.progress for identity, job in leased.items()}
    return Contents(
        records={identity: (job.lane, job.payload) for identity, job in model.jobs.items()},
        ready={lane: list(ids) for lane, ids in model.ready.items()},
        leases={identity: job.over is not None for identity, job in leased.items()},
        delayed={identity: job.over is not None for identity, job in delayed.items()},
        nonces={identity: job.nonce for identity, job in leased.items()},
        attempts={identity: job.attempts for identity, job in model.jobs.items() if job.attempts},
        progress={identity: share for identity, share in shares.items() if share is not None},
        letters={identity: death.letter for identity, death in model.deaths.items()},
        unpaired=set(),
        deaths=model.by_death(),
        claims=dict(model.last_claims),
        wake=dict(model.wake),
        paused=model.paused,
    )


def expected_status(model: QueueModel, identity: str) -> JobStatus:
    """Tell what `status` must answer for a job."""
    if job := model.jobs.get(identity):
        return JobStatus(job.state, job.attempts, job.progress)
    if death := model.deaths.get(identity):
        letter = death.letter
        failure = Failure(letter.category, letter.detail, retryable=False)
        return JobStatus(JobState.DEAD, letter.attempts, failure=failure)
    return JobStatus(JobState.GONE)


def expected_depth(model: QueueModel, ages: dict[str, int]) -> Depth:
    """Tell what `depth` must answer, but for the ages, which no model can know."""
    return Depth(
        ready={lane: len(ids) for lane, ids in model.ready.items()},
        oldest_ms={lane: ages[lane] if ids else 0 for lane, ids in model.ready.items()},
        leased=len(model.in_state(JobState.LEASED)),
        delayed=len(model.in_state(JobState.DELAYED)),
        dead=len(model.deaths),
        bound=model.policy.bound,
        paused=model.paused,
    )


def expected_dead_letters(model: QueueModel, died_ms: dict[str, int]) -> list[DeadLetter]:
    """Tell what `dead_letters` must list, but for the times of death, which no model can know."""
    letters = ((identity, model.deaths[identity].letter) for identity in reversed(model.by_death()))
    return [
        DeadLetter(
            identity,
            letter.lane,
            letter.payload,
            letter.attempts,
            Failure(letter.category, letter.detail, retryable=False),
            died_ms.get(identity, 0),
        )
        for identity, letter in letters
    ]
