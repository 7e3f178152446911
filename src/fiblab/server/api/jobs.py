"""/api/v1/jobs: what the queue holds, and what became of one job, step by step."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from blacksheep import Request, Response
from blacksheep.server.routing import Router
from msgspec import UNSET

from fiblab.queue import EventStream, JobState, Queue, QueuedJob
from fiblab.queue.timeline import Step, Timeline, read_timeline
from fiblab.server.answers import json_answer
from fiblab.server.events.batch import moment
from fiblab.server.exchange import exchange_of
from fiblab.server.fields import path_index, query_choice, query_fields, query_number
from fiblab.server.operating import Operating
from fiblab.server.problems import NO_SUCH_JOB, Refusal
from fiblab.server.wire import FailureReason
from fiblab.server.wire_jobs import (
    JOBS_AT_ONCE,
    LARGEST_CURSOR,
    JobItem,
    JobItems,
    JobLife,
    SourceReference,
    State,
    TimelineStep,
)

#: In the order of a life, the one in hand first.
STATES: tuple[State, ...] = ("leased", "ready", "delayed", "dead")
_FIRST_PAGE = {"limit": str(JOBS_AT_ONCE), "cursor": "0"}


def add_jobs(router: Router, operating: Operating, events: EventStream) -> None:
    """Add both."""
    one_at_a_time = asyncio.Lock()  # looking through the events takes this process some time

    @router.route("/api/v1/jobs", methods=["GET", "HEAD"])
    async def get_jobs(request: Request) -> Response:
        fields = _FIRST_PAGE | query_fields(request, ("state", "lane", *_FIRST_PAGE))
        state = query_choice(fields, "state", STATES)
        lane = query_choice(fields, "lane", operating.queue.keys.lanes)
        limit = query_number(fields, "limit", 1, JOBS_AT_ONCE)
        offset = query_number(fields, "cursor", 0, LARGEST_CURSOR)
        states = [JobState(name) for name in ([state] if state else STATES)]
        page = await operating.look(lambda queue: queue.jobs(states, lane, limit, offset))
        following = UNSET if page.next_offset is None else str(page.next_offset)
        items = [_item(job) for job in page.jobs]
        return json_answer(exchange_of(request), JobItems(items, following))

    @router.route("/api/v1/jobs/{index}", methods=["GET", "HEAD"])
    async def get_job(request: Request) -> Response:
        index = path_index(request, operating.max_index)

        async def read(queue: Queue) -> tuple[QueuedJob | None, Timeline]:
            return await queue.job(str(index)), await read_timeline(events, str(index))

        async with one_at_a_time:
            job, timeline = await operating.look(read)
        if job is None and not timeline.steps:
            raise Refusal(NO_SUCH_JOB, f"The queue and its events know nothing of F({index}).")
        return json_answer(exchange_of(request), _life(index, job, timeline))


def _facts(job: QueuedJob) -> dict[str, Any]:
    status, left_s = job.status, job.left_ms / 1_000
    failure = status.failure
    return {
        "index": int(job.id),
        "state": status.state.value,
        "lane": job.lane,
        "attempts": status.attempts,
        "enqueued_at": datetime.fromtimestamp(job.enqueued_ms / 1_000, UTC),
        "progress": UNSET if status.progress is None else status.progress,
        "lease_left_s": left_s if status.state is JobState.LEASED else UNSET,
        "due_in_s": left_s if status.state is JobState.DELAYED else UNSET,
        "reason": FailureReason(failure.category, failure.detail) if failure else UNSET,
    }


def _item(job: QueuedJob) -> JobItem:
    return JobItem(**_facts(job))


def _life(index: int, job: QueuedJob | None, timeline: Timeline) -> JobLife:
    facts = _facts(job) if job else _facts_of_gone(index, timeline)
    return JobLife(**facts, timeline=_steps(timeline.steps), older_left_out=not timeline.is_whole)


def _facts_of_gone(index: int, timeline: Timeline) -> dict[str, Any]:
    return {
        "index": index,
        "state": JobState.GONE.value,
        "lane": timeline.lane or UNSET,
        "attempts": timeline.attempts,
    }


def _steps(steps: Sequence[Step]) -> list[TimelineStep]:
    return [
        TimelineStep(
            entry=str(step.entry),
            at=moment(step.entry),
            at_ms=step.entry.ms,
            kind=step.kind,  # type: ignore[arg-type] # a timeline has the kinds that have a line
            detail=step.detail,
            worker=step.worker or UNSET,
            waited_ms=step.waited_ms,
            source=SourceReference(step.source.path, step.source.line),
        )
        for step in steps
    ]
