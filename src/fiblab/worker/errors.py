"""Why an attempt at a job fails, as one tree; the category goes into the dead letter.

    JobFailed
    |-- BadPayload     bad_payload    the job can't be understood: the only one not worth retrying
    |-- WrongValue     wrong_value    what was computed is not F(n)
    |-- StoreRefused   store_refused  Redis answers, but won't do it
    |-- TimeLimit      timeout        the computation took too long and was killed
    |-- MemoryLimit    memory         the computation asked for more memory than it may have
    |-- ChildDied      crash          the process that computed is gone
    `-- Unforeseen     exception      anything else: a bug

All are definite: the attempt stored nothing. A store that is away is none of these: it is waited
for, and costs no attempt.
"""

from typing import ClassVar

from fiblab.observability.logs import Category
from fiblab.queue import Failure

#: Characters of a failure's detail that are kept: Redis and PostgreSQL both store them.
DETAIL_LIMIT = 500


class JobFailed(Exception):  # noqa: N818 - the tree reads as what happened
    """An attempt failed; the message is for people and ends up in the dead letter."""

    category: ClassVar[str]
    retryable: ClassVar[bool] = True
    #: Who must act, for the log.
    log_category: ClassVar[Category] = Category.POISON

    @property
    def failure(self) -> Failure:
        """What the queue is told."""
        return Failure(self.category, str(self)[:DETAIL_LIMIT], self.retryable)


class BadPayload(JobFailed):
    """The job's payload says nothing that this worker could compute."""

    category = "bad_payload"
    retryable = False
    log_category = Category.INPUT


class WrongValue(JobFailed):
    """The computed text is not the Fibonacci number; it was thrown away."""

    category = "wrong_value"
    log_category = Category.CORRUPTION


class StoreRefused(JobFailed):
    """Redis is there and refuses the command."""

    category = "store_refused"
    log_category = Category.DEPENDENCY


class TimeLimit(JobFailed):
    """The computation was killed at its time limit."""

    category = "timeout"
    log_category = Category.TIMEOUT


class MemoryLimit(JobFailed):
    """The computation came to its memory limit."""

    category = "memory"


class ChildDied(JobFailed):
    """The child process ended without an answer."""

    category = "crash"


class Unforeseen(JobFailed):
    """An exception that nobody thought of: it costs this job an attempt, and not the worker."""

    category = "exception"
    log_category = Category.BUG
